/// Offline evaluation on splits: full rankings, metrics with per-user values, lists.
@NullMarked
package dev.palate.retrieval.evaluation;

import org.jspecify.annotations.NullMarked;
