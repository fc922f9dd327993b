/// Tests of long work.
@NullMarked
package dev.palate.web.job;

import org.jspecify.annotations.NullMarked;
