/// Candidates: what the sources of a request see, the sources, and how they run side by side under a deadline.
@NullMarked
package dev.palate.retrieval.candidate;

import org.jspecify.annotations.NullMarked;
