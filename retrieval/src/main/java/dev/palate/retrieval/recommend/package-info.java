/// The recommender: candidates from every source, filtered, ranked and explained.
@NullMarked
package dev.palate.retrieval.recommend;

import org.jspecify.annotations.NullMarked;
