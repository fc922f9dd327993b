package dev.palate.web.cli;

import dev.palate.agent.evaluation.ChatEvaluation;
import dev.palate.agent.evaluation.ScoredChats;
import dev.palate.agent.ranking.LlmWeightFit;
import java.io.PrintWriter;
import java.util.Locale;

/// What there is to say of a model's scores: λ and the random control, position, cost, and the arms beside each other.
final class ScoredReport {
    private final ScoredChats scored;
    private final ChatEvaluation evaluation;
    private final int resamples;
    private final long seed;

    ScoredReport(ScoredChats scored, ChatEvaluation evaluation, int resamples, long seed) {
        this.scored = scored;
        this.evaluation = evaluation;
        this.resamples = resamples;
        this.seed = seed;
    }

    void print(PrintWriter out) {
        fit(out, "λ of the model", scored.fit());
        fit(out, "λ of random scores", scored.randomFit());
        out.println(format(
                "λ of the two folds: %.3f and %.3f",
                scored.foldLambdas().get(0), scored.foldLambdas().get(1)));
        out.println(format(
                "the same candidates in two orders (%d lists): Kendall τ %.3f; the place explains %.1f %% of the"
                        + " variance of the scores",
                scored.bias().lists(), scored.bias().tau(), 100 * scored.bias().positionShare()));
        ScoredChats.Cost cost = scored.cost();
        out.println(format(
                "cost: %d calls, %d lists failed, %d tokens read, %d written, %.0f ms a list (median), %.1f %% of the"
                        + " candidates without a score",
                cost.calls(),
                cost.failed(),
                cost.usage().promptTokens(),
                cost.usage().completionTokens(),
                cost.medianMillis(),
                100 * cost.unscored()));
        for (String arm : new String[] {ScoredChats.TRUSTED, ScoredChats.RANDOM}) {
            evaluation
                    .between(arm, "T0", resamples, seed)
                    .forEach(one -> out.println(format(
                            "%s - %s, %s: %+.4f [%+.4f, %+.4f]",
                            one.first(),
                            one.second(),
                            one.metric(),
                            one.interval().difference(),
                            one.interval().low(),
                            one.interval().high())));
        }
        out.flush();
    }

    private static void fit(PrintWriter out, String what, LlmWeightFit.Fit fit) {
        out.println(format(
                "%s: %.3f [%.3f, %.3f] on %d lists with a target among the candidates; in force: %.3f",
                what, fit.lambda(), fit.low(), fit.high(), fit.lists(), fit.inForce()));
    }

    private static String format(String pattern, Object... values) {
        return String.format(Locale.ROOT, pattern, values);
    }
}
