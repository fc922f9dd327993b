@NullMarked
package dev.palate.retrieval.sequence;

import org.jspecify.annotations.NullMarked;
