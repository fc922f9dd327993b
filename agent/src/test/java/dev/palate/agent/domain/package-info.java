/// Tests.
@NullMarked
package dev.palate.agent.domain;

import org.jspecify.annotations.NullMarked;
