/// RFC 9457 problems: the one shape of every error.
@NullMarked
package dev.palate.web.problem;

import org.jspecify.annotations.NullMarked;
