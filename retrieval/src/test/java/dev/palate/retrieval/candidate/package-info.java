/// Tests of the candidate sources.
@NullMarked
package dev.palate.retrieval.candidate;

import org.jspecify.annotations.NullMarked;
