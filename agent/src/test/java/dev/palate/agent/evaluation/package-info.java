/// Tests of the measuring of chats.
@NullMarked
package dev.palate.agent.evaluation;

import org.jspecify.annotations.NullMarked;
