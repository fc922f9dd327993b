/// Lists on request.
@NullMarked
package dev.palate.web.recommendation;

import org.jspecify.annotations.NullMarked;
