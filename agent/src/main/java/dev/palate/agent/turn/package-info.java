/// One turn of a conversation: a fixed, typed graph from message to slate to words.
@NullMarked
package dev.palate.agent.turn;

import org.jspecify.annotations.NullMarked;
