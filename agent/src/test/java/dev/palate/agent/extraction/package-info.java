/// Tests.
@NullMarked
package dev.palate.agent.extraction;

import org.jspecify.annotations.NullMarked;
