package dev.palate.memory.gate;

import java.util.List;

/// The quote must stand in the source: in compatibility form and lower case, the longest run of words that both have
/// in this order must cover the stated share of the quote. O(words of the quote × words of the source).
public final class SpanGate implements WriteGate {
    private final double overlap;

    /// @param overlap the share, in (0, 1]
    public SpanGate(double overlap) {
        this.overlap = overlap;
    }

    @Override
    public Verdict check(Proposal proposal, GateContext context) {
        List<String> quote = Words.of(proposal.quote());
        if (quote.isEmpty()) {
            return new Verdict.Reject("no_span");
        }
        int run = longestRun(quote, Words.of(proposal.source()));
        return run >= overlap * quote.size() ? new Verdict.Accept() : new Verdict.Reject("no_span");
    }

    private static int longestRun(List<String> quote, List<String> source) {
        int best = 0;
        int[] above = new int[source.size() + 1];
        for (String word : quote) {
            int[] row = new int[source.size() + 1];
            for (int j = 0; j < source.size(); j++) {
                if (word.equals(source.get(j))) {
                    row[j + 1] = above[j] + 1;
                    best = Math.max(best, row[j + 1]);
                }
            }
            above = row;
        }
        return best;
    }
}
