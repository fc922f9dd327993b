/// The local model: weights and library from a content-addressed store, llama.cpp in a supervised child process.
@NullMarked
package dev.palate.agent.llm.local;

import org.jspecify.annotations.NullMarked;
