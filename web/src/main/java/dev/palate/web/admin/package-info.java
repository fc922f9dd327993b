/// The pages: chat, memories, whose eyes are used, log-in and errors.
@NullMarked
package dev.palate.web.admin;

import org.jspecify.annotations.NullMarked;
