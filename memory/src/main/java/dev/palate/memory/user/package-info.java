/// People who are recommended to.
@NullMarked
package dev.palate.memory.user;

import org.jspecify.annotations.NullMarked;
