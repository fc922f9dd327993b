package dev.palate.agent.llm;

import dev.palate.agent.AgentException;
import java.math.BigDecimal;
import java.time.InstantSource;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Counts calls, tokens and money by purpose and holds a budget per day (UTC). Money is counted in millionths of
/// whatever unit the prices are in. A call reserves the most it may take before it is made, so that calls side by side
/// cannot overdraw. Thread-safe; memory bounded by the number of purposes.
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

    /// What tokens cost: units of money for a million of them, which is millionths for one.
    ///
    /// @param prompt read and not cached, 0 or more
    /// @param cached read from the provider's cache
    /// @param completion written
    public record Prices(double prompt, double cached, double completion) {
        /// For nothing.
        public static final Prices NONE = new Prices(0, 0, 0);

        /// @throws IllegalArgumentException for one below 0 or above a million
        public Prices {
            for (double price : new double[] {prompt, cached, completion}) {
                if (!(price >= 0 && price <= 1e6)) {
                    throw new IllegalArgumentException(
                            "a price for a million tokens must be in [0, 1000000], was " + price);
                }
            }
        }

        /// What a usage costs, in millionths, rounded up.
        public long micros(Usage usage) {
            double fresh = usage.promptTokens() - usage.cachedTokens();
            return (long) Math.ceil(
                    fresh * prompt + usage.cachedTokens() * cached + usage.completionTokens() * completion - 1e-9);
        }
    }

    /// What may be taken on one day.
    ///
    /// @param tokens read and written, 0 or more
    /// @param micros of money, 0 or more
    public record Budget(long tokens, long micros) {
        /// No bound.
        public static final Budget UNLIMITED = new Budget(Long.MAX_VALUE, Long.MAX_VALUE);

        /// @throws IllegalArgumentException for one below 0
        public Budget {
            if (tokens < 0 || micros < 0) {
                throw new IllegalArgumentException(
                        "dailyTokens and daily money must be 0 or more, were " + tokens + " and " + micros);
            }
        }
    }

    /// Sum of one purpose.
    ///
    /// @param calls made, answered or not
    /// @param refused by the budget, not made
    /// @param usage as far as it is known
    /// @param micros of money
    public record Entry(long calls, long refused, Usage usage, long micros) {
        /// Nothing.
        public static final Entry NONE = new Entry(0, 0, Usage.NONE, 0);

        /// Both together.
        public Entry plus(Entry more) {
            return new Entry(calls + more.calls, refused + more.refused, usage.plus(more.usage), micros + more.micros);
        }
    }

    /// What there was on one day.
    ///
    /// @param day in UTC
    /// @param entries by purpose; purposes without calls are absent
    /// @param budget of the day
    public record Page(LocalDate day, Map<Purpose, Entry> entries, Budget budget) {
        /// All purposes together.
        public Entry sum() {
            return entries.values().stream().reduce(Entry.NONE, Entry::plus);
        }

        /// Tokens of all purposes.
        public long tokens() {
            return sum().usage().total();
        }
    }

    /// Where pages outlive the process.
    public interface Book {
        /// What was kept of a day; empty when nothing was.
        Map<Purpose, Entry> load(LocalDate day);

        /// Adds to what is kept of the day.
        void add(LocalDate day, Purpose purpose, Entry more);

        /// Nothing is kept.
        Book NONE = new Book() {
            @Override
            public Map<Purpose, Entry> load(LocalDate day) {
                return Map.of();
            }

            @Override
            public void add(LocalDate day, Purpose purpose, Entry more) {}
        };
    }

    /// Room in the day's budget for one call; settled once.
    public final class Reservation {
        private final Purpose purpose;
        private final Usage most;
        private final long micros;
        private final AtomicBoolean open = new AtomicBoolean(true);

        private Reservation(Purpose purpose, Usage most) {
            this.purpose = purpose;
            this.most = most;
            this.micros = prices.micros(most);
        }

        /// Gives the room back and books what the call took; later calls do nothing.
        public void settle(Usage usage) {
            if (open.getAndSet(false)) {
                change(purpose, new Entry(1, 0, usage, prices.micros(usage)), this);
            }
        }

        /// Gives the room back of a call that was not made.
        public void release() {
            if (open.getAndSet(false)) {
                synchronized (lock) {
                    held = held.apply(this, -1);
                }
            }
        }
    }

    private record Held(long tokens, long micros) {
        Held apply(Reservation reservation, int sign) {
            return new Held(tokens + sign * reservation.most.total(), micros + sign * reservation.micros);
        }
    }

    private static final Logger LOG = LoggerFactory.getLogger(TokenLedger.class);

    private final Budget budget;
    private final Prices prices;
    private final InstantSource clock;
    private final Book book;
    private final Object lock = new Object();
    private LocalDate day;
    private Map<Purpose, Entry> entries;
    private Held held = new Held(0, 0);

    /// @param dailyTokens budget per day, 0 or more; [Long#MAX_VALUE] for none
    /// @param clock tells the day
    public TokenLedger(long dailyTokens, InstantSource clock) {
        this(new Budget(dailyTokens, Long.MAX_VALUE), Prices.NONE, clock, Book.NONE);
    }

    /// @param book is read for today and added to by every call
    public TokenLedger(Budget budget, Prices prices, InstantSource clock, Book book) {
        this.budget = budget;
        this.prices = prices;
        this.clock = clock;
        this.book = book;
        this.day = today();
        this.entries = read(day);
    }

    /// Whether today's budget still has this many tokens and, where tokens cost something, any money.
    public boolean allows(long tokens) {
        synchronized (lock) {
            turnPage();
            Entry sum = new Page(day, entries, budget).sum();
            return budget.tokens() - sum.usage().total() - held.tokens() >= tokens
                    && (prices.equals(Prices.NONE) || budget.micros() - sum.micros() - held.micros() > 0);
        }
    }

    /// Makes room for a call.
    ///
    /// @param most that it may take
    /// @throws AgentException `MODEL_BUDGET`, counted as refused
    public Reservation reserve(Purpose purpose, Usage most) {
        var reservation = new Reservation(purpose, most);
        String refusal;
        synchronized (lock) {
            turnPage();
            Entry sum = new Page(day, entries, budget).sum();
            refusal = refusal(sum, reservation);
            if (refusal.isEmpty()) {
                held = held.apply(reservation, 1);
                return reservation;
            }
        }
        change(purpose, new Entry(0, 1, Usage.NONE, 0), null);
        throw new AgentException(AgentException.Code.MODEL_BUDGET, refusal);
    }

    private String refusal(Entry sum, Reservation asked) {
        if (budget.tokens() - sum.usage().total() - held.tokens() < asked.most.total()) {
            return refusal(
                    "tokens",
                    Long.toString(budget.tokens()),
                    Long.toString(sum.usage().total()),
                    Long.toString(held.tokens()),
                    Long.toString(asked.most.total()));
        }
        if (budget.micros() - sum.micros() - held.micros() < asked.micros) {
            return refusal(
                    "money", money(budget.micros()), money(sum.micros()), money(held.micros()), money(asked.micros));
        }
        return "";
    }

    private String refusal(String what, String budget, String spent, String held, String asked) {
        return "the day's budget of " + what + " does not allow the call: of " + budget + " are " + spent
                + " spent and " + held + " held for calls under way, and this one may take " + asked
                + "; it begins anew at 00:00 UTC, or raise the daily budget";
    }

    /// An amount of millionths as people write it.
    public static String money(long micros) {
        return BigDecimal.valueOf(micros, 6).stripTrailingZeros().toPlainString();
    }

    /// Books a call; for a failed one use [Usage#NONE].
    public void book(Purpose purpose, Usage usage) {
        change(purpose, new Entry(1, 0, usage, prices.micros(usage)), null);
    }

    private void change(Purpose purpose, Entry more, @Nullable Reservation settled) {
        LocalDate at;
        synchronized (lock) {
            turnPage();
            at = day;
            entries = with(entries, all -> {
                all.merge(purpose, more, Entry::plus);
                return all;
            });
            if (settled != null) {
                held = held.apply(settled, -1);
            }
        }
        book.add(at, purpose, more);
    }

    private static Map<Purpose, Entry> with(Map<Purpose, Entry> old, UnaryOperator<Map<Purpose, Entry>> change) {
        Map<Purpose, Entry> all = new EnumMap<>(Purpose.class);
        all.putAll(old);
        return change.apply(all);
    }

    /// Today's sums, as a copy.
    public Page page() {
        synchronized (lock) {
            turnPage();
            return new Page(day, Map.copyOf(entries), budget);
        }
    }

    // What is held stays held: a call over midnight counts for the day on which it ends.
    private void turnPage() {
        LocalDate today = today();
        if (!today.equals(day)) {
            Map<Purpose, Entry> kept;
            try {
                kept = read(today);
            } catch (RuntimeException e) {
                // No turn fails for a page that cannot be read; it is added to all the same.
                LOG.warn("what models took on {} could not be read and counts as nothing", today, e);
                kept = Map.of();
            }
            day = today;
            entries = kept;
        }
    }

    private Map<Purpose, Entry> read(LocalDate of) {
        return with(Map.of(), all -> {
            all.putAll(book.load(of));
            return all;
        });
    }

    private LocalDate today() {
        return clock.instant().atZone(ZoneOffset.UTC).toLocalDate();
    }
}
