@NullMarked
package dev.palate.memory;

import org.jspecify.annotations.NullMarked;
