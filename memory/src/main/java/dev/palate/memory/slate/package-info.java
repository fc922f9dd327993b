/// Recommended lists as they were shown.
@NullMarked
package dev.palate.memory.slate;

import org.jspecify.annotations.NullMarked;
