/// Data sets: reading them, checking them whole, and writing them through the ports everyone uses.
@NullMarked
package dev.palate.memory.dataset;

import org.jspecify.annotations.NullMarked;
