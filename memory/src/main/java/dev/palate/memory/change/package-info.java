/// The numbered feed of committed changes that indexes and caches follow.
@NullMarked
package dev.palate.memory.change;

import org.jspecify.annotations.NullMarked;
