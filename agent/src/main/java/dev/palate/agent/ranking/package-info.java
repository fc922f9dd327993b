/// Scores of a language model beside the fused ones, with a weight that has to be proved first.
@NullMarked
package dev.palate.agent.ranking;

import org.jspecify.annotations.NullMarked;
