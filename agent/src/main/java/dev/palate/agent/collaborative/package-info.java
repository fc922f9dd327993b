/// Collaborative memory: what an interaction tells of the user, the item and its neighbours, as weights of themes.
@NullMarked
package dev.palate.agent.collaborative;

import org.jspecify.annotations.NullMarked;
