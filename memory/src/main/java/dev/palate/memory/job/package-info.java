/// Long work with progress, cancel and a result.
@NullMarked
package dev.palate.memory.job;

import org.jspecify.annotations.NullMarked;
