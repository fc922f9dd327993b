@NullMarked
package dev.palate.memory.dataset;

import org.jspecify.annotations.NullMarked;
