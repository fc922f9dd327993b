@NullMarked
package dev.palate.memory.derived;

import org.jspecify.annotations.NullMarked;
