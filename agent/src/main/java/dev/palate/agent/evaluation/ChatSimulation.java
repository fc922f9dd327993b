package dev.palate.agent.evaluation;

import dev.palate.agent.turn.DialogueReplay;
import dev.palate.agent.turn.DialogueReplay.Move;
import dev.palate.memory.Require;
import dev.palate.memory.catalog.Item;
import dev.palate.memory.catalog.ItemId;
import dev.palate.memory.user.UserId;
import dev.palate.retrieval.Progress;
import dev.palate.retrieval.training.PairedBootstrap;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;

/// Simulated users who each look for an item that they really had next, in conversations of a few turns: how many find
/// it, and when. The same user with the same seed talks to every [ConversationArm], each in a conversation of
/// its own; differences
/// are paired over users. Immutable.
///
/// @param sought who looked for what
/// @param outcomes of the arms, in their order; the last is the one that is compared with the others
public record ChatSimulation(List<Sought> sought, Options options, List<Outcome> outcomes) {
    /// Who looks for what.
    ///
    /// @param had what the user had before, which nobody lists for it
    public record Sought(UserId user, Item item, Set<ItemId> had) {
        public Sought {
            had = Set.copyOf(had);
        }
    }

    /// What a way to recommend goes by: the words, the events of the user, both or neither.
    public enum Arm {
        /// What is best for anybody that was not shown yet.
        NEITHER("neither", false, false),
        /// The user's events.
        HISTORY("history", false, true),
        /// What was said.
        WORDS("words", true, false),
        /// The turn as it is.
        BOTH("words and history", true, true);

        private final String label;
        private final boolean hears;
        private final boolean knows;

        Arm(String label, boolean hears, boolean knows) {
            this.label = label;
            this.hears = hears;
            this.knows = knows;
        }

        /// As it stands in tables.
        public String label() {
            return label;
        }

        /// The arm over a replay.
        public ConversationArm over(DialogueReplay replay) {
            return over(label, replay);
        }

        /// The same under another name.
        public ConversationArm over(String name, DialogueReplay replay) {
            return new ConversationArm() {
                @Override
                public String label() {
                    return name;
                }

                @Override
                public DialogueReplay.Heard list(Sought one, List<Move> moves, int size) {
                    return Arm.this.list(replay, one, moves, size);
                }
            };
        }

        // All arms leave out what the user had: else they would differ in that too.
        private DialogueReplay.Heard list(DialogueReplay replay, Sought one, List<Move> moves, int size) {
            List<Move> heard = hears
                    ? moves
                    : moves.stream()
                            .filter(move -> !(move instanceof DialogueReplay.Said))
                            .toList();
            return replay.replay(knows ? one.user : DialogueReplay.NOBODY, heard, one.had, size);
        }
    }

    /// @param turns of a conversation, in [1, 20]
    /// @param size of a list, in [1, 50]
    /// @param crowd how many items all that a user says is true of at least, in [2, 10,000]
    /// @param seeds of what users say, each makes a conversation of its own; at least one
    /// @param resamples of the users, for the intervals
    public record Options(int turns, int size, int crowd, List<Long> seeds, int resamples) {
        public Options {
            Require.range("turns", turns, 1, 20);
            Require.range("size", size, 1, 50);
            Require.range("crowd", crowd, 2, 10_000);
            Require.range("number of seeds", seeds.size(), 1, 100);
            Require.range("resamples", resamples, 100, 100_000);
            seeds = List.copyOf(seeds);
        }
    }

    /// What a simulated user says first.
    public record Opening(Sought sought, String words) {}

    /// What became of the conversations with an arm.
    ///
    /// @param arm its label
    /// @param account what else is to be said of it
    /// @param found by turn (from 0) and user: the share of the seeds with which the item was found by then
    /// @param least the fewest items that all that a user had said was true of
    /// @param degraded lists that a source was late for or failed in: more than none, and the arm is not
    ///     measured whole
    public record Outcome(String arm, Map<String, Object> account, double[][] found, int least, int degraded) {
        /// The share of conversations in which the item was found within so many turns.
        ///
        /// @param turn from 1
        public double within(int turn) {
            return Arrays.stream(found[turn - 1]).average().orElse(0);
        }

        /// The mean turn of finding; one that found nothing counts as one turn more than there are.
        public double meanTurn() {
            double sum = found.length + 1.0;
            for (int turn = 1; turn <= found.length; turn++) {
                sum -= within(turn);
            }
            return sum;
        }
    }

    /// Leads all conversations.
    ///
    /// @param catalog what can be meant, with all that is sought
    /// @param labels how a category is said in a sentence
    public static ChatSimulation run(
            List<Sought> sought,
            List<Item> catalog,
            UnaryOperator<String> labels,
            List<ConversationArm> arms,
            Options options,
            Progress progress) {
        Map<ItemId, Item> known =
                catalog.stream().collect(Collectors.toMap(Item::id, Function.identity(), (first, again) -> first));
        List<Outcome> outcomes = new ArrayList<>();
        for (ConversationArm arm : arms) {
            double[][] found = new double[options.turns][sought.size()];
            int least = Integer.MAX_VALUE;
            var degraded = new AtomicInteger();
            for (int at = 0; at < sought.size(); at++) {
                Sought one = sought.get(at);
                for (long seed : options.seeds) {
                    SimulatedUser user = user(one, at, catalog, labels, options.crowd, seed);
                    int turn = conversation(one, user, arm, known, options, degraded);
                    for (int from = turn; from < options.turns; from++) {
                        found[from][at] += 1.0 / options.seeds.size();
                    }
                    least = Math.min(least, user.fitting());
                }
                progress.advanced(arm.label(), at + 1, sought.size());
            }
            outcomes.add(new Outcome(arm.label(), arm.account(), found, least, degraded.get()));
        }
        return new ChatSimulation(sought, options, outcomes);
    }

    /// What each says first with the first seed, the same as in its conversations.
    public static List<Opening> openings(
            List<Sought> sought, List<Item> catalog, UnaryOperator<String> labels, Options options) {
        List<Opening> openings = new ArrayList<>();
        for (int at = 0; at < sought.size(); at++) {
            Sought one = sought.get(at);
            long seed = options.seeds.getFirst();
            openings.add(new Opening(
                    one, user(one, at, catalog, labels, options.crowd, seed).opens()));
        }
        return openings;
    }

    private static SimulatedUser user(
            Sought one, int at, List<Item> catalog, UnaryOperator<String> labels, int crowd, long seed) {
        return new SimulatedUser(one.item, catalog, labels, crowd, new SplittableRandom(mixed(seed, at)));
    }

    // Seeds that differ by a step of the generator would give shifted copies of one sequence.
    private static long mixed(long seed, int user) {
        return new SplittableRandom(seed).nextLong() ^ new SplittableRandom(~user).nextLong();
    }

    /// The turn at which the item was found, from 0; the number of turns when it was not.
    private static int conversation(
            Sought one,
            SimulatedUser user,
            ConversationArm arm,
            Map<ItemId, Item> known,
            Options options,
            AtomicInteger degraded) {
        List<Move> moves = new ArrayList<>();
        moves.add(new DialogueReplay.Said(true, user.opens()));
        for (int turn = 0; turn < options.turns; turn++) {
            DialogueReplay.Heard list = arm.list(one, moves, options.size);
            degraded.addAndGet(list.degraded().isEmpty() ? 0 : 1);
            List<Item> shown = list.items().stream()
                    .map(ranked ->
                            Objects.requireNonNullElse(known.get(ranked.item().id()), ranked.item()))
                    .toList();
            Optional<String> answer = user.answers(shown);
            if (answer.isEmpty()) {
                return turn;
            }
            moves.add(new DialogueReplay.Shown(shown.stream().map(Item::id).toList()));
            moves.add(new DialogueReplay.Said(true, answer.get()));
        }
        return options.turns;
    }

    /// The last arm minus another, in the share found within so many turns.
    ///
    /// @param turn from 1
    public PairedBootstrap.Interval minus(Outcome other, int turn, long seed) {
        return PairedBootstrap.of(
                outcomes.getLast().found[turn - 1], other.found[turn - 1], options.resamples, seed, 1);
    }

    /// All numbers, for JSON.
    ///
    /// @param seed of the resamples
    public Map<String, Object> report(long seed) {
        Map<String, Object> report = new LinkedHashMap<>();
        report.put("users", sought.size());
        report.put("turns", options.turns);
        report.put("size", options.size);
        report.put("crowd", options.crowd);
        report.put("seeds", options.seeds);
        List<Map<String, Object>> rows = new ArrayList<>();
        List<Map<String, Object>> comparisons = new ArrayList<>();
        for (Outcome outcome : outcomes) {
            Map<String, Object> row = new LinkedHashMap<>();
            row.put("arm", outcome.arm);
            List<Double> within = new ArrayList<>();
            for (int turn = 1; turn <= options.turns; turn++) {
                within.add(outcome.within(turn));
            }
            row.put("found_within", within);
            row.put("mean_turn", outcome.meanTurn());
            row.put("least_crowd", outcome.least);
            row.put("degraded", outcome.degraded);
            row.putAll(outcome.account);
            rows.add(row);
            if (!outcome.arm.equals(outcomes.getLast().arm)) {
                PairedBootstrap.Interval interval = minus(outcome, options.turns, seed);
                Map<String, Object> comparison = new LinkedHashMap<>();
                comparison.put("first", outcomes.getLast().arm);
                comparison.put("second", outcome.arm);
                comparison.put("difference", interval.difference());
                comparison.put("low", interval.low());
                comparison.put("high", interval.high());
                comparisons.add(comparison);
            }
        }
        report.put("simulated", rows);
        report.put("comparisons", comparisons);
        return report;
    }
}
