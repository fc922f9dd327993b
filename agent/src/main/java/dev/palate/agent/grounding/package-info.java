/// The locks that keep everything shown inside the catalog and the wish, whatever a model says.
@NullMarked
package dev.palate.agent.grounding;

import org.jspecify.annotations.NullMarked;
