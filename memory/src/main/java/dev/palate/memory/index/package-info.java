/// Search over items and memories: words, vectors and filters in Lucene, kept in step with the truth by the feed of
/// changes. Nothing here is the truth; all of it can be rebuilt.
@NullMarked
package dev.palate.memory.index;

import org.jspecify.annotations.NullMarked;
