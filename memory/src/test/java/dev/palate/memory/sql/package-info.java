@NullMarked
package dev.palate.memory.sql;

import org.jspecify.annotations.NullMarked;
