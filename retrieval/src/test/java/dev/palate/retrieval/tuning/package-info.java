@NullMarked
package dev.palate.retrieval.tuning;

import org.jspecify.annotations.NullMarked;
