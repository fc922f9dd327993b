package dev.palate.retrieval.candidate;

import java.util.Optional;

/// What many people like, the same for everybody. Empty while nobody did anything.
final class CrowdSource implements CandidateSource {
    /// From so many events on the signal is the plain count on a log scale: beside collaborative signals, which all
    /// favour the popular, it is there to correct them.
    private static final int CORRECTS_FROM = 10;

    /// Which crowd is asked.
    enum Crowd {
        /// Everybody, ever.
        ALWAYS,
        /// Everybody, lately.
        LATELY
    }

    private final Crowd crowd;

    CrowdSource(Crowd crowd) {
        this.crowd = crowd;
    }

    @Override
    public String signal() {
        return switch (crowd) {
            case ALWAYS -> "pop";
            case LATELY -> "recent";
        };
    }

    @Override
    public Optional<Scored> score(Wish wish) {
        ItemStatistics statistics = wish.statistics();
        boolean counts = wish.history().length >= CORRECTS_FROM;
        float[] scores = new float[wish.catalog().size()];
        boolean any = false;
        for (int row = 0; row < scores.length; row++) {
            scores[row] = switch (crowd) {
                case ALWAYS -> counts ? statistics.crowd(row) : statistics.quality(row);
                case LATELY -> statistics.recent(row);
            };
            any |= scores[row] > 0;
        }
        Evidence evidence = Evidence.of(crowd == Crowd.ALWAYS ? "widely liked" : "popular lately");
        return any ? Optional.of(Scored.of(scores, row -> evidence)) : Optional.empty();
    }
}
