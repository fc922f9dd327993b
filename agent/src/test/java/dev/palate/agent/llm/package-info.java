@NullMarked
package dev.palate.agent.llm;

import org.jspecify.annotations.NullMarked;
