/// Users and their erasure.
@NullMarked
package dev.palate.web.user;

import org.jspecify.annotations.NullMarked;
