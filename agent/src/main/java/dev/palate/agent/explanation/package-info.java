/// Why items are on a list, in words: templates that say only what the code knows.
@NullMarked
package dev.palate.agent.explanation;

import org.jspecify.annotations.NullMarked;
