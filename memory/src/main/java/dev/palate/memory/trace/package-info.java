/// How each turn came to its answer, kept for a while.
@NullMarked
package dev.palate.memory.trace;

import org.jspecify.annotations.NullMarked;
