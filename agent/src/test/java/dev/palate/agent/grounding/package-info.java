/// Tests.
@NullMarked
package dev.palate.agent.grounding;

import org.jspecify.annotations.NullMarked;
