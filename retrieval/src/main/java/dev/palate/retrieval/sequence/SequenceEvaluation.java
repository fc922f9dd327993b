package dev.palate.retrieval.sequence;

import java.util.List;

/// Recall and NDCG of the first ten on held-out events.
final class SequenceEvaluation {
    private static final int FIRST = 10;

    private SequenceEvaluation() {}

    /// @param heldOut at least one
    static SequenceEpoch.Evaluation of(SequenceScorer scorer, List<SequenceExamples.HeldOut> heldOut) {
        float[] scores = new float[scorer.itemCount()];
        double recall = 0;
        double ndcg = 0;
        for (SequenceExamples.HeldOut wanted : heldOut) {
            scorer.score(wanted.known(), scores);
            for (int had : wanted.known().items()) {
                scores[had] = Float.NEGATIVE_INFINITY;
            }
            double gain = 0;
            int found = 0;
            for (int item : wanted.items()) {
                int place = place(scores, item);
                if (place < FIRST) {
                    found++;
                    gain += discount(place);
                }
            }
            double ideal = 0;
            for (int place = 0; place < Math.min(FIRST, wanted.items().length); place++) {
                ideal += discount(place);
            }
            recall += found / (double) wanted.items().length;
            ndcg += gain / ideal;
        }
        return new SequenceEpoch.Evaluation(recall / heldOut.size(), ndcg / heldOut.size());
    }

    /// How many items come before this one; ties by lower row.
    private static int place(float[] scores, int wanted) {
        float score = scores[wanted];
        int before = 0;
        for (int item = 0; item < scores.length; item++) {
            before += scores[item] > score || (scores[item] == score && item < wanted) ? 1 : 0;
        }
        return before;
    }

    private static double discount(int place) {
        return Math.log(2) / Math.log(place + 2);
    }
}
