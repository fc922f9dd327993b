/// Memories: read, written, corrected, forgotten.
@NullMarked
package dev.palate.web.memory;

import org.jspecify.annotations.NullMarked;
