package dev.palate.retrieval.candidate;

import java.util.Optional;

/// What many people like, the same for everybody. Empty while nobody did anything.
final class CrowdSource implements CandidateSource {
    /// Which crowd is asked.
    enum Crowd {
        /// Everybody, ever. For somebody with a history it is the plain count on a log scale: beside
        /// collaborative signals, which all favour the popular, it is there to correct them. For others it is
        /// how well liked an item is.
        ALWAYS("pop", "widely liked"),
        /// Everybody, lately.
        LATELY("recent", "popular lately"),
        /// Everybody, in the last days.
        THESE_DAYS("recent_short", "popular these days"),
        /// How short ago somebody was the first.
        FRESH("fresh", "new here");

        private final String signal;
        private final Evidence evidence;

        Crowd(String signal, String words) {
            this.signal = signal;
            this.evidence = Evidence.of(words);
        }
    }

    private final Crowd crowd;

    CrowdSource(Crowd crowd) {
        this.crowd = crowd;
    }

    @Override
    public String signal() {
        return crowd.signal;
    }

    @Override
    public boolean prompt(Wish wish) {
        return true;
    }

    @Override
    public Optional<Scored> score(Wish wish) {
        ItemStatistics statistics = wish.statistics();
        boolean counts = wish.history().length > 0;
        Optional<CrowdScores> scores = switch (crowd) {
            case ALWAYS -> counts ? statistics.crowd() : statistics.quality();
            case LATELY -> statistics.recent();
            case THESE_DAYS -> statistics.recentShort();
            case FRESH -> statistics.fresh();
        };
        return scores.map(values -> Scored.of(values, row -> crowd.evidence));
    }
}
