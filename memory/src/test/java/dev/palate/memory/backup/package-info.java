@NullMarked
package dev.palate.memory.backup;

import org.jspecify.annotations.NullMarked;
