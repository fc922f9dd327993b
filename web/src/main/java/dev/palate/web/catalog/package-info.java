/// Items.
@NullMarked
package dev.palate.web.catalog;

import org.jspecify.annotations.NullMarked;
