/// Choosing the settings of a model on the validation part of a split, which never looks at a test row.
@NullMarked
package dev.palate.retrieval.tuning;

import org.jspecify.annotations.NullMarked;
