/// What a table of a kind is at a size, and how it comes about: the same for the lab and for the product.
@NullMarked
package dev.palate.retrieval.embedding.recipe;

import org.jspecify.annotations.NullMarked;
