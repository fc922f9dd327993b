@NullMarked
package dev.palate.web;

import org.jspecify.annotations.NullMarked;
