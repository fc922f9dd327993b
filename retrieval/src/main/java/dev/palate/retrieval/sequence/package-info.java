/// The next-item model of sequences: trained with PyTorch where its library is there, served by plain Java.
@NullMarked
package dev.palate.retrieval.sequence;

import org.jspecify.annotations.NullMarked;
