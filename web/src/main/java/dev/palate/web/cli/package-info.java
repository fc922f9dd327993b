/// The command line, the only place that prints.
@NullMarked
package dev.palate.web.cli;

import org.jspecify.annotations.NullMarked;
