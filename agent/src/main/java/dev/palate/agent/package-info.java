@NullMarked
package dev.palate.agent;

import org.jspecify.annotations.NullMarked;
