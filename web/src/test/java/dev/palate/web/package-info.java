/// Tests of the server as a whole.
@NullMarked
package dev.palate.web;

import org.jspecify.annotations.NullMarked;
