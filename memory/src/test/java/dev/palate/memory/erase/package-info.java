@NullMarked
package dev.palate.memory.erase;

import org.jspecify.annotations.NullMarked;
