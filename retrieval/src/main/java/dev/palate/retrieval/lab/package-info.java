/// The embedding lab: ways to store the item table, trained and measured side by side at several sizes.
@NullMarked
package dev.palate.retrieval.lab;

import org.jspecify.annotations.NullMarked;
