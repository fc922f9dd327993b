package dev.palate.agent.ranking;

import java.util.List;

/// How much a model's scores depend on the order in which candidates are shown.
///
/// @param tau Kendall's τ-b between the scores of the same candidates in two orders, the mean over lists whose
///     scores are not all equal; 1 when the order does not matter
/// @param positionShare of the variance of scores that the place in the prompt explains: the squared correlation of
///     score and place, the mean over lists and orders
/// @param lists that were scored in two orders
public record PositionBias(double tau, double positionShare, int lists) {
    /// One list.
    ///
    /// @param first scores by candidate in the first order; NaN where there is none
    /// @param second in the second order
    /// @param firstPlaces where each candidate stood in the first order
    /// @param secondPlaces where each stood in the second
    public record Pair(double[] first, double[] second, int[] firstPlaces, int[] secondPlaces) {}

    /// Over the lists.
    public static PositionBias of(List<Pair> pairs) {
        double tau = 0;
        double share = 0;
        int ordered = 0;
        for (Pair pair : pairs) {
            double one = tau(pair.first(), pair.second());
            ordered += Double.isNaN(one) ? 0 : 1;
            tau += Double.isNaN(one) ? 0 : one;
            share += (share(pair.first(), pair.firstPlaces()) + share(pair.second(), pair.secondPlaces())) / 2;
        }
        int lists = Math.max(1, pairs.size());
        return new PositionBias(tau / Math.max(1, ordered), share / lists, pairs.size());
    }

    /// Kendall's τ-b; NaN when one side is all equal.
    static double tau(double[] first, double[] second) {
        long concordant = 0;
        long discordant = 0;
        long firstOnly = 0;
        long secondOnly = 0;
        for (int i = 0; i < first.length; i++) {
            for (int j = i + 1; j < first.length; j++) {
                double a = first[i] - first[j];
                double b = second[i] - second[j];
                if (Double.isNaN(a) || Double.isNaN(b)) {
                    continue;
                }
                double sign = Math.signum(a) * Math.signum(b);
                concordant += sign > 0 ? 1 : 0;
                discordant += sign < 0 ? 1 : 0;
                firstOnly += a != 0 && b == 0 ? 1 : 0;
                secondOnly += a == 0 && b != 0 ? 1 : 0;
            }
        }
        double untied = (double) concordant + discordant;
        double scale = Math.sqrt((untied + firstOnly) * (untied + secondOnly));
        return scale == 0 ? Double.NaN : (concordant - discordant) / scale;
    }

    private static double share(double[] scores, int[] places) {
        int count = 0;
        double x = 0;
        double y = 0;
        for (int i = 0; i < scores.length; i++) {
            if (!Double.isNaN(scores[i])) {
                count++;
                x += places[i];
                y += scores[i];
            }
        }
        double xx = 0;
        double xy = 0;
        double yy = 0;
        for (int i = 0; i < scores.length; i++) {
            if (!Double.isNaN(scores[i])) {
                double dx = places[i] - x / count;
                double dy = scores[i] - y / count;
                xx += dx * dx;
                xy += dx * dy;
                yy += dy * dy;
            }
        }
        return xx == 0 || yy == 0 ? 0 : xy * xy / (xx * yy);
    }
}
