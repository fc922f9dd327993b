/// The order of the candidates: signals, their weights and the parts of a score.
@NullMarked
package dev.palate.retrieval.ranking;

import org.jspecify.annotations.NullMarked;
