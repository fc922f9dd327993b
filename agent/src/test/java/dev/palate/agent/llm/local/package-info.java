@NullMarked
package dev.palate.agent.llm.local;

import org.jspecify.annotations.NullMarked;
