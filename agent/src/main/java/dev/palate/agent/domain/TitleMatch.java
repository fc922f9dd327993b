package dev.palate.agent.domain;

import dev.palate.memory.catalog.ItemId;
import org.jspecify.annotations.Nullable;

/// A title of the catalog found in a text.
///
/// @param item the item it was resolved to
/// @param title as a person would write it: without year, article in front
/// @param year of the item, absent when unknown
/// @param from index of the first word
/// @param to index after the last word, a year in parentheses included
record TitleMatch(ItemId item, String title, @Nullable Integer year, int from, int to) {}
