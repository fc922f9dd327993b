/// What a domain's words mean: the pack of a domain, the titles of the catalog, and how a message is read.
@NullMarked
package dev.palate.agent.domain;

import org.jspecify.annotations.NullMarked;
