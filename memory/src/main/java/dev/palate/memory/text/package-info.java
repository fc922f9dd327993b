/// Text encoders: text in, unit vectors out.
@NullMarked
package dev.palate.memory.text;

import org.jspecify.annotations.NullMarked;
