/// Texts about a user or an item, with their meaning, evidence, validity and revisions.
@NullMarked
package dev.palate.memory.memory;

import org.jspecify.annotations.NullMarked;
