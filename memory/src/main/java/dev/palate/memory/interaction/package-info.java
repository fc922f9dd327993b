/// What people did with items, as an append-only log.
@NullMarked
package dev.palate.memory.interaction;

import org.jspecify.annotations.NullMarked;
