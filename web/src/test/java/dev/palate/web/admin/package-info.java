/// The pages in a real browser.
@NullMarked
package dev.palate.web.admin;

import org.jspecify.annotations.NullMarked;
