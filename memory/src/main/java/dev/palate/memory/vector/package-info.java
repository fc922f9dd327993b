/// Arithmetic on float arrays: the only room that imports the Vector API. Every kernel sums in a fixed order, so that
/// interpreted and compiled runs give the same bits on machines with the same vector width.
@NullMarked
package dev.palate.memory.vector;

import org.jspecify.annotations.NullMarked;
