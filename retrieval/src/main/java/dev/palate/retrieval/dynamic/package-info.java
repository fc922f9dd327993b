/// Vectors of users and items that every event refines, without a learnt table.
@NullMarked
package dev.palate.retrieval.dynamic;

import org.jspecify.annotations.NullMarked;
