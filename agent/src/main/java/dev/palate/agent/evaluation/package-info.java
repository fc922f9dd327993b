/// Measures the turn on dialogues between people: which films would have been listed where a person suggested one.
@NullMarked
package dev.palate.agent.evaluation;

import org.jspecify.annotations.NullMarked;
