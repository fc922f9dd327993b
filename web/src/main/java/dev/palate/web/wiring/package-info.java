/// Constructor wiring: the one place where parts meet.
@NullMarked
package dev.palate.web.wiring;

import org.jspecify.annotations.NullMarked;
