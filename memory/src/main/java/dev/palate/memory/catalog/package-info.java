/// Items that can be recommended.
@NullMarked
package dev.palate.memory.catalog;

import org.jspecify.annotations.NullMarked;
