/// Language models: the port, the model-free and scripted adapters, and what every call is bounded by.
@NullMarked
package dev.palate.agent.llm;

import org.jspecify.annotations.NullMarked;
