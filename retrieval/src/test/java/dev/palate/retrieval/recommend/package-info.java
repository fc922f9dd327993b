/// Tests of the recommender over a real store.
@NullMarked
package dev.palate.retrieval.recommend;

import org.jspecify.annotations.NullMarked;
