/// Back-ups of the truth: made while writes go on, checked before they are restored.
@org.jspecify.annotations.NullMarked
package dev.palate.memory.backup;
