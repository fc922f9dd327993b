/// Kills of a process that uses the whole store.
@NullMarked
package dev.palate.memory.kill;

import org.jspecify.annotations.NullMarked;
