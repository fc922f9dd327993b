/// Who calls, what they may reach, and how much at once.
@NullMarked
package dev.palate.web.security;

import org.jspecify.annotations.NullMarked;
