/// Tests of whole turns over the real stack.
@NullMarked
package dev.palate.agent.turn;

import org.jspecify.annotations.NullMarked;
