@NullMarked
package dev.palate.agent.ranking;

import org.jspecify.annotations.NullMarked;
