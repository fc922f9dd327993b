/// Memories that are made from others: profiles of users, traits and receptions of items; and what keeps them in step.
@NullMarked
package dev.palate.memory.derived;

import org.jspecify.annotations.NullMarked;
