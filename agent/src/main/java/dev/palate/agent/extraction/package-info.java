/// From what a person said to memories: extraction by rules, and the one way in through the gates.
@NullMarked
package dev.palate.agent.extraction;

import org.jspecify.annotations.NullMarked;
