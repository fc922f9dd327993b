/// Catalog, users, interactions, memories, tiers and text encoding; no language model, no web framework.
@NullMarked
package dev.palate.memory;

import org.jspecify.annotations.NullMarked;
