@NullMarked
package dev.palate.retrieval.lab;

import org.jspecify.annotations.NullMarked;
