package dev.palate.agent.llm;

import java.time.InstantSource;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.EnumMap;
import java.util.Map;

/// Counts calls and tokens by purpose and holds a budget per day (UTC). Thread-safe; memory bounded by the number
/// of
/// purposes.
public final class TokenLedger {
    /// What a call was for.
    public enum Purpose {
        /// Choosing a tool or an intent.
        ROUTE,
        /// Filling slots of what a person said.
        UNDERSTAND,
        /// Words of an answer.
        SPEAK,
        /// Extracting, consolidating and spreading memories.
        MEMORY,
        /// Scoring candidates.
        RANK,
        /// Measuring the model itself.
        SELF_TEST
    }

    /// Sum of one purpose.
    ///
    /// @param calls answered or not
    /// @param usage of the answered ones
    public record Entry(long calls, Usage usage) {
        private Entry plus(Usage more) {
            return new Entry(calls + 1, usage.plus(more));
        }
    }

    /// What there was on one day.
    ///
    /// @param day in UTC
    /// @param entries by purpose; purposes without calls are absent
    /// @param dailyTokens the budget
    public record Page(LocalDate day, Map<Purpose, Entry> entries, long dailyTokens) {
        /// Tokens of all purposes.
        public long tokens() {
            return entries.values().stream().mapToLong(e -> e.usage().total()).sum();
        }
    }

    private final long dailyTokens;
    private final InstantSource clock;
    private final Object lock = new Object();
    private LocalDate day;
    private Map<Purpose, Entry> entries = new EnumMap<>(Purpose.class);

    /// @param dailyTokens budget per day, 0 or more; [Long#MAX_VALUE] for none
    /// @param clock tells the day
    public TokenLedger(long dailyTokens, InstantSource clock) {
        if (dailyTokens < 0) {
            throw new IllegalArgumentException("dailyTokens must be 0 or more, was " + dailyTokens);
        }
        this.dailyTokens = dailyTokens;
        this.clock = clock;
        this.day = today();
    }

    /// Whether today's budget still has this many tokens.
    public boolean allows(long tokens) {
        return dailyTokens - page().tokens() >= tokens;
    }

    /// Books a call; for a failed one use [Usage#NONE].
    public void book(Purpose purpose, Usage usage) {
        synchronized (lock) {
            turnPage();
            entries.merge(purpose, new Entry(1, usage), (old, _) -> old.plus(usage));
        }
    }

    /// Today's sums, as a copy.
    public Page page() {
        synchronized (lock) {
            turnPage();
            return new Page(day, Map.copyOf(entries), dailyTokens);
        }
    }

    private void turnPage() {
        LocalDate today = today();
        if (!today.equals(day)) {
            day = today;
            entries = new EnumMap<>(Purpose.class);
        }
    }

    private LocalDate today() {
        return clock.instant().atZone(ZoneOffset.UTC).toLocalDate();
    }
}
