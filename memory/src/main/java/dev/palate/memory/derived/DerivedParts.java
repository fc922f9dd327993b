package dev.palate.memory.derived;

import dev.palate.memory.Ids;
import dev.palate.memory.catalog.Catalog;
import dev.palate.memory.memory.Memories;
import java.time.InstantSource;

/// What derived memories are made with.
///
/// @param truth the memories as stored: read here, past the tiers, whose use is not this one's
/// @param door through which memories are written
public record DerivedParts(
        Catalog catalog, Memories truth, Memories door, Grounds grounds, Ids ids, InstantSource clock) {}
