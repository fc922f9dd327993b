/// The gates that a proposed memory passes before it is written, one class a rule, each with a reason code.
@NullMarked
package dev.palate.memory.gate;

import org.jspecify.annotations.NullMarked;
