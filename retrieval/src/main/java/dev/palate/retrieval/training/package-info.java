/// Training in a child JVM: the input file, the work, the process and its events.
@NullMarked
package dev.palate.retrieval.training;

import org.jspecify.annotations.NullMarked;
