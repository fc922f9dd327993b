@NullMarked
package dev.palate.retrieval;

import org.jspecify.annotations.NullMarked;
