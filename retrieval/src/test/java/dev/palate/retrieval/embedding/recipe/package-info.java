@NullMarked
package dev.palate.retrieval.embedding.recipe;

import org.jspecify.annotations.NullMarked;
