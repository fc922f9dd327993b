/// Tests of ranking.
@NullMarked
package dev.palate.retrieval.ranking;

import org.jspecify.annotations.NullMarked;
