/// Tests of collaborative memory.
@NullMarked
package dev.palate.agent.collaborative;

import org.jspecify.annotations.NullMarked;
