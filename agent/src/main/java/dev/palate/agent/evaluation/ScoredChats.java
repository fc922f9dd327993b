package dev.palate.agent.evaluation;

import dev.palate.agent.AgentException;
import dev.palate.agent.llm.Deadline;
import dev.palate.agent.llm.Usage;
import dev.palate.agent.ranking.Blend;
import dev.palate.agent.ranking.LlmWeightFit;
import dev.palate.agent.ranking.LlmWeightFit.Fit;
import dev.palate.agent.ranking.PositionBias;
import dev.palate.agent.ranking.Scorer;
import dev.palate.agent.turn.DialogueReplay;
import dev.palate.memory.catalog.ItemId;
import dev.palate.retrieval.Progress;
import dev.palate.retrieval.recommend.RankedItem;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.function.Function;

/// Chat cases whose lists a language model has scored, each in two orders: what its score is worth beside the fused
/// one, what random scores would be worth in its place, how much the order moves it, and what it costs. Immutable.
///
/// λ is fitted across two folds of dialogues: the list of a case is made with the λ of the other fold. The model sees
/// what was said and the candidates, never what was suggested next.
public final class ScoredChats {
    /// The arm with the λ that is proved, which may be 0.
    public static final String FITTED = "LLM fitted";
    /// The arm that trusts the model as far as the bound lets it.
    public static final String TRUSTED = "LLM trusted";
    /// The arm that trusts random scores as far.
    public static final String RANDOM = "random trusted";

    private static final double TRUST = 1;
    private static final int SAID_TURNS = 3;
    private static final int SAID_CHARACTERS = 600;
    private static final int FEWEST_RESAMPLES = 100;

    /// A case and its list before any model.
    public record Listed(ChatCase chat, DialogueReplay.Heard heard) {}

    /// How it is done.
    ///
    /// @param patience for each list in each order
    /// @param resamples of λ's interval
    /// @param seed of the orders, the random scores and the resamples
    public record Options(Duration patience, int resamples, long seed) {
        /// @throws IllegalArgumentException for fewer than 100 resamples
        public Options {
            if (resamples < FEWEST_RESAMPLES) {
                throw new IllegalArgumentException("resamples must be at least 100, were " + resamples);
            }
        }
    }

    /// What the scores cost.
    ///
    /// @param calls made
    /// @param failed lists without scores because the model failed
    /// @param usage of all calls
    /// @param medianMillis of one list in one order
    /// @param unscored share of the candidates that the model left out
    public record Cost(int calls, int failed, Usage usage, double medianMillis, double unscored) {}

    private record Scored(Listed listed, int depth, Map<ItemId, Double> scores, Map<ItemId, Double> random) {
        List<RankedItem> head() {
            List<RankedItem> items = listed.heard().items();
            return items.subList(0, Math.min(depth, items.size()));
        }

        LlmWeightFit.Example example(Map<ItemId, Double> by) {
            List<RankedItem> head = head();
            double spread = Blend.spread(head);
            double[] base =
                    head.stream().mapToDouble(one -> one.score() / spread).toArray();
            boolean[] chosen = new boolean[head.size()];
            for (int i = 0; i < chosen.length; i++) {
                chosen[i] = listed.chat().targets().contains(head.get(i).item().id());
            }
            return new LlmWeightFit.Example(base, Blend.standardised(head, by), chosen);
        }
    }

    private final List<Scored> scored;
    private final Options options;
    private final PositionBias bias;
    private final Cost cost;
    private final Map<Boolean, Double> lambdas = new HashMap<>();

    private ScoredChats(List<Scored> scored, Options options, PositionBias bias, Cost cost) {
        this.scored = List.copyOf(scored);
        this.options = options;
        this.bias = bias;
        this.cost = cost;
        for (boolean fold : new boolean[] {false, true}) {
            lambdas.put(
                    fold,
                    fit(scored.stream().filter(one -> fold(one) != fold).toList(), Scored::scores)
                            .inForce());
        }
    }

    /// The lists of the cases.
    public static List<Listed> listed(List<ChatCase> cases, DialogueReplay replay, Progress progress) {
        List<Listed> all = new ArrayList<>();
        for (ChatCase chat : cases) {
            all.add(new Listed(chat, TurnArm.heard(replay, chat, ChatMetrics.DEPTH)));
            progress.advanced("listing", all.size(), cases.size());
        }
        return all;
    }

    /// Has the lists scored, in the order of the fused scores and in a random one.
    public static ScoredChats score(
            List<Listed> lists, Scorer scorer, Options options, InstantSource clock, Progress progress) {
        var scoring = new Scoring(scorer, options, clock);
        List<Scored> scored = new ArrayList<>();
        for (Listed one : lists) {
            scored.add(scoring.score(one));
            progress.advanced("scoring", scored.size(), lists.size());
        }
        return new ScoredChats(scored, options, PositionBias.of(scoring.pairs), scoring.cost());
    }

    /// λ over all cases, as it would be served.
    public Fit fit() {
        return fit(scored, Scored::scores);
    }

    /// λ of random scores over the same cases.
    public Fit randomFit() {
        return fit(scored, Scored::random);
    }

    private Fit fit(List<Scored> lists, Function<Scored, Map<ItemId, Double>> by) {
        return LlmWeightFit.fit(
                lists.stream().map(one -> one.example(by.apply(one))).toList(), options.resamples(), options.seed());
    }

    /// The λ that lists of each fold are made with.
    public List<Double> foldLambdas() {
        return List.of(lambdas.getOrDefault(false, 0.0), lambdas.getOrDefault(true, 0.0));
    }

    /// How much the order moves the scores.
    public PositionBias bias() {
        return bias;
    }

    /// What the scores cost.
    public Cost cost() {
        return cost;
    }

    /// The arms, the fitted one last.
    public List<ChatArm> arms() {
        return List.of(
                arm("T0", _ -> 0.0, Scored::scores),
                arm(RANDOM, _ -> TRUST, Scored::random),
                arm(TRUSTED, _ -> TRUST, Scored::scores),
                arm(FITTED, one -> lambdas.getOrDefault(fold(one), 0.0), Scored::scores));
    }

    /// All numbers, for JSON.
    public Map<String, Object> report() {
        Map<String, Object> report = new LinkedHashMap<>();
        report.put("lambda", row(fit()));
        report.put("lambda_of_random_scores", row(randomFit()));
        report.put("lambda_of_folds", foldLambdas());
        report.put(
                "position",
                Map.of("kendall_tau", bias.tau(), "variance_share", bias.positionShare(), "lists", bias.lists()));
        report.put(
                "cost",
                Map.of(
                        "calls", cost.calls(),
                        "failed", cost.failed(),
                        "prompt_tokens", cost.usage().promptTokens(),
                        "completion_tokens", cost.usage().completionTokens(),
                        "median_ms", cost.medianMillis(),
                        "unscored", cost.unscored()));
        return report;
    }

    private static Map<String, Object> row(Fit fit) {
        return Map.of(
                "estimate", fit.lambda(),
                "low", fit.low(),
                "high", fit.high(),
                "lists", fit.lists(),
                "in_force", fit.inForce());
    }

    private ChatArm arm(String name, Function<Scored, Double> lambda, Function<Scored, Map<ItemId, Double>> by) {
        Map<String, Scored> byCase = new HashMap<>();
        scored.forEach(one -> byCase.put(one.listed().chat().id(), one));
        return new ChatArm() {
            @Override
            public String name() {
                return name;
            }

            @Override
            public Answer answer(ChatCase chat, int size) {
                Scored one = byCase.get(chat.id());
                if (one == null) {
                    throw new IllegalArgumentException("case " + chat.id() + " was not scored");
                }
                DialogueReplay.Heard heard = one.listed().heard();
                List<RankedItem> items = Blend.blend(heard.items(), one.depth(), by.apply(one), lambda.apply(one));
                return TurnArm.answer(new DialogueReplay.Heard(
                        items.stream().limit(size).toList(),
                        heard.found(),
                        heard.degraded(),
                        heard.readings(),
                        heard.wish(),
                        heard.filled()));
            }
        };
    }

    /// Which fold a case is in: the second byte of the hash of its dialogue, as the first one says the half.
    private static boolean fold(Scored one) {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256")
                    .digest(one.listed().chat().dialogue().getBytes(StandardCharsets.UTF_8));
            return hash[1] >= 0;
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    /// What the one who looks for something said last.
    static String said(ChatCase chat) {
        List<String> own = chat.turns().stream()
                .filter(turn -> turn.speaker() == ChatCase.Speaker.SEEKER)
                .map(ChatCase.Spoken::text)
                .toList();
        String text = String.join(" / ", own.subList(Math.max(0, own.size() - SAID_TURNS), own.size()));
        return text.substring(Math.max(0, text.length() - SAID_CHARACTERS));
    }

    /// Collects what the model says. Used by one thread.
    private static final class Scoring {
        private final Scorer scorer;
        private final Options options;
        private final InstantSource clock;
        private final SplittableRandom random;
        private final List<PositionBias.Pair> pairs = new ArrayList<>();
        private final List<Double> millis = new ArrayList<>();
        private Usage usage = Usage.NONE;
        private int calls;
        private int failed;
        private long asked;
        private long unscored;

        Scoring(Scorer scorer, Options options, InstantSource clock) {
            this.scorer = scorer;
            this.options = options;
            this.clock = clock;
            this.random = new SplittableRandom(options.seed());
        }

        Cost cost() {
            double[] sorted =
                    millis.stream().mapToDouble(Double::doubleValue).sorted().toArray();
            return new Cost(
                    calls,
                    failed,
                    usage,
                    sorted.length == 0 ? 0 : sorted[sorted.length / 2],
                    asked == 0 ? 0 : unscored / (double) asked);
        }

        Scored score(Listed one) {
            List<RankedItem> items = one.heard().items();
            List<RankedItem> head = items.subList(0, Math.min(scorer.depth(), items.size()));
            List<RankedItem> shuffled = new ArrayList<>(head);
            Collections.shuffle(shuffled, new Random(random.nextLong()));
            Map<ItemId, Double> drawn = new HashMap<>();
            head.forEach(ranked -> drawn.put(ranked.item().id(), random.nextDouble()));
            Map<ItemId, Double> first = ask(one.chat(), head);
            Map<ItemId, Double> second = ask(one.chat(), shuffled);
            if (!first.isEmpty() && !second.isEmpty()) {
                pairs.add(new PositionBias.Pair(
                        values(head, first), values(head, second), places(head, head), places(head, shuffled)));
            }
            return new Scored(one, scorer.depth(), first, drawn);
        }

        private Map<ItemId, Double> ask(ChatCase chat, List<RankedItem> order) {
            if (order.isEmpty()) {
                return Map.of();
            }
            long start = System.nanoTime();
            try {
                Scorer.Scores scores = scorer.score(
                        new Scorer.Request(said(chat), List.of(), order), Deadline.after(options.patience(), clock));
                millis.add((System.nanoTime() - start) / 1e6);
                usage = usage.plus(scores.usage());
                calls += scores.calls();
                asked += order.size();
                unscored += order.size() - scores.scores().size();
                return scores.scores();
            } catch (AgentException e) {
                calls++;
                failed++;
                return Map.of();
            }
        }

        private static double[] values(List<RankedItem> items, Map<ItemId, Double> scores) {
            double[] values = new double[items.size()];
            Arrays.setAll(values, i -> scores.getOrDefault(items.get(i).item().id(), Double.NaN));
            return values;
        }

        private static int[] places(List<RankedItem> items, List<RankedItem> order) {
            int[] places = new int[items.size()];
            Arrays.setAll(places, i -> order.indexOf(items.get(i)));
            return places;
        }
    }
}
