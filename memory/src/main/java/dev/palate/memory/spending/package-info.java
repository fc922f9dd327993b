/// What hosted models took: calls, tokens and money, day by day.
@NullMarked
package dev.palate.memory.spending;

import org.jspecify.annotations.NullMarked;
