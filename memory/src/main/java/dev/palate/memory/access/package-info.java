/// API keys and roles.
@NullMarked
package dev.palate.memory.access;

import org.jspecify.annotations.NullMarked;
