/// Scores from what items say about themselves: text vectors and genres.
@NullMarked
package dev.palate.retrieval.semantic;

import org.jspecify.annotations.NullMarked;
