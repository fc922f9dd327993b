@NullMarked
package dev.palate.prompts;

import org.jspecify.annotations.NullMarked;
