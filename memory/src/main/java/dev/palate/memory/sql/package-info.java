/// The truth in SQL: one writer with group commit, and an adapter for each port.
@NullMarked
package dev.palate.memory.sql;

import org.jspecify.annotations.NullMarked;
