/// Conversations, messages and the streamed events of turns.
@NullMarked
package dev.palate.web.chat;

import org.jspecify.annotations.NullMarked;
