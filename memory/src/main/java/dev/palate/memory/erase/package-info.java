/// Forgetting a user or a memory, with a receipt.
@NullMarked
package dev.palate.memory.erase;

import org.jspecify.annotations.NullMarked;
