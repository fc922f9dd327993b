/// Long work, training and the state of the server.
@NullMarked
package dev.palate.web.job;

import org.jspecify.annotations.NullMarked;
