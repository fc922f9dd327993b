package dev.palate.retrieval.embedding;

import java.util.Locale;

/// What the quality gate said of a model when it was trained.
///
/// @param accepted false when the model was worse beyond chance than what it was compared with
/// @param against what it was compared with: a model's version, `popularity`, or empty when with nothing
/// @param users on whose held-out events they were compared
/// @param difference of NDCG@10, the model's minus the other's
/// @param low lower end of the 95 % interval of the difference
/// @param high upper end
public record Verdict(boolean accepted, String against, int users, double difference, double low, double high) {
    /// Of a model that was compared with nothing.
    public static final Verdict UNJUDGED = new Verdict(true, "", 0, 0, 0, 0);

    /// In words.
    public String described() {
        return against.isEmpty()
                ? "not compared: there were too few held-out events"
                : String.format(
                        Locale.ROOT,
                        "NDCG@10 %+.4f [%+.4f, %+.4f] against %s, on the held-out events of %d users",
                        difference,
                        low,
                        high,
                        against.equals("popularity") ? "popularity" : "model " + against,
                        users);
    }
}
