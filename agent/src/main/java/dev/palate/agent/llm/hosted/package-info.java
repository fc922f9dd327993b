/// Models behind an address: OpenAI-compatible endpoints, Ollama, and any other that a provider on the class path
/// opens as LangChain4j's `ChatModel`. What they may take is bounded, what they do wrong is contained.
@NullMarked
package dev.palate.agent.llm.hosted;

import org.jspecify.annotations.NullMarked;
