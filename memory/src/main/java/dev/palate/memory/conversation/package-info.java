/// Conversations, their messages and turns.
@NullMarked
package dev.palate.memory.conversation;

import org.jspecify.annotations.NullMarked;
