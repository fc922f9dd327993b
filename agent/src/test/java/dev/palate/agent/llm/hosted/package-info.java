@NullMarked
package dev.palate.agent.llm.hosted;

import org.jspecify.annotations.NullMarked;
