/// What users did with items.
@NullMarked
package dev.palate.web.interaction;

import org.jspecify.annotations.NullMarked;
