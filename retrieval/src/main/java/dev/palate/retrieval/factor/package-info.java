/// Collaborative models in pure Java. Each learns from [Histories] and scores every item for one [History].
@NullMarked
package dev.palate.retrieval.factor;

import org.jspecify.annotations.NullMarked;
