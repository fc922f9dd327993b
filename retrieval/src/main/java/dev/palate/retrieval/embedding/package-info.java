/// What training produces and serving reads: the item vocabulary, model files, snapshots and their versions.
@NullMarked
package dev.palate.retrieval.embedding;

import org.jspecify.annotations.NullMarked;
