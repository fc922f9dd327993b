/// Versioned prompt templates and the typed records that are the only way to fill them.
@NullMarked
package dev.palate.prompts;

import org.jspecify.annotations.NullMarked;
