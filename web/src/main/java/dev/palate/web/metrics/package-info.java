/// What the server counts, as meters for Prometheus, and the reports they and `/v1/stats` share.
@NullMarked
package dev.palate.web.metrics;

import org.jspecify.annotations.NullMarked;
