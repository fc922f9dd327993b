/// Collaborative memory as it is kept: weights of themes from a closed vocabulary, who contributed to them,
/// never words.
@NullMarked
package dev.palate.memory.theme;

import org.jspecify.annotations.NullMarked;
