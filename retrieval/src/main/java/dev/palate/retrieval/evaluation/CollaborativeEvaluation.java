package dev.palate.retrieval.evaluation;

import dev.palate.retrieval.Progress;
import dev.palate.retrieval.RetrievalException;
import dev.palate.retrieval.RetrievalException.Code;
import dev.palate.retrieval.factor.FactorNeighbours;
import dev.palate.retrieval.factor.Histories;
import dev.palate.retrieval.factor.ImplicitAls;
import dev.palate.retrieval.factor.ItemFactors;
import dev.palate.retrieval.factor.Scorer;
import dev.palate.retrieval.ranking.RankerWeights;
import dev.palate.retrieval.ranking.Signal;
import dev.palate.retrieval.training.HeldOut;
import dev.palate.retrieval.training.PairedBootstrap;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.Consumer;
import java.util.function.LongFunction;

/// Collaborative memory on and off: the fused ranking without it, and with the themes of those who liked an item as one
/// more signal, written as the propagation writes them. The weight of the signal is fitted like all others, on events
/// held out of what is known; what is to be found plays no part in it. Immutable as long as nobody writes to arrays.
///
/// @param themes what themes are made of
/// @param rows one per arm, in the order asked for
/// @param comparisons each arm minus the one without; the one of own themes minus the control; the one with
///     neighbours minus the one without them
public record CollaborativeEvaluation(
        RankingTask task, Themes themes, List<Long> seeds, List<Row> rows, List<Comparison> comparisons) {
    /// The name of all users among the thirds.
    public static final String ALL = "all";
    /// How many clusters there are.
    public static final int CLUSTERS = 128;

    /// What themes are made of.
    public enum Themes {
        /// The categories of the catalog.
        CATEGORIES,
        /// Words of titles that 20 items have.
        WORDS,
        /// Groups of items that are had together.
        CLUSTERS
    }

    /// A way of writing and reading them.
    public enum Arm {
        /// Nothing is written.
        OFF("off"),
        /// A control: nothing of others, an item's own themes in the place of those who liked it.
        ITEMS("items' own themes", ThemeAudiences.Spread.NONE),
        /// Those who liked an item tell of it.
        OWN("own themes", ThemeAudiences.Spread.OWN),
        /// They tell of its neighbours too, as the server writes it.
        NEIGHBOURS("with neighbours", ThemeAudiences.Spread.NEIGHBOURS),
        /// A trial: a third of what neighbours are given.
        FAINT("neighbours, a third", new ThemeAudiences.Spread(true, 8, 0.1, false, 1, false)),
        /// A trial: the two nearest only.
        NEAREST("neighbours, two", new ThemeAudiences.Spread(true, 2, 0.3, false, 1, false)),
        /// A trial: only neighbours that fewer than five users had.
        QUIET("neighbours, quiet ones", new ThemeAudiences.Spread(true, 8, 1, true, 1, false)),
        /// A trial: a user's newer themes count more.
        FADING("own themes, fading", new ThemeAudiences.Spread(true, 0, 0, false, 0.9, false)),
        /// A trial: rare themes count more.
        RARE("own themes, rare ones up", new ThemeAudiences.Spread(true, 0, 0, false, 1, true));

        private final String label;
        private final Optional<ThemeAudiences.Spread> spread;

        Arm(String label) {
            this.label = label;
            spread = Optional.empty();
        }

        Arm(String label, ThemeAudiences.Spread spread) {
            this.label = label;
            this.spread = Optional.of(spread);
        }

        /// As it stands in tables.
        public String label() {
            return label;
        }

        /// The ones that are the question, and the control; the others are trials.
        public static List<Arm> asked() {
            return List.of(OFF, ITEMS, OWN, NEIGHBOURS);
        }
    }

    /// One arm.
    ///
    /// @param perUser by metric one value per evaluated user, the mean over the seeds
    /// @param alone NDCG@10 of the signal alone, the mean over the seeds; absent without one
    /// @param weights of the signal in the fitted ranking, first seed, by the shortest history they are for
    public record Row(Arm arm, Map<String, double[]> perUser, OptionalDouble alone, Map<Integer, Double> weights) {
        public Row {
            perUser = Map.copyOf(perUser);
        }

        double[] of(String metric) {
            return perUser.getOrDefault(metric, new double[0]);
        }
    }

    /// One arm minus another over some of the users.
    ///
    /// @param users `all`, or the name of a third by activity
    public record Comparison(Arm first, Arm second, String users, String metric, PairedBootstrap.Interval interval) {}

    /// What to run.
    ///
    /// @param catalog for categories and words; may be empty
    /// @param content what else the fused ranking goes by, by seed
    /// @param arms with [Arm#OFF]
    public record Request(
            Themes themes,
            List<CatalogItem> catalog,
            LongFunction<Models.Content> content,
            List<Arm> arms,
            List<Long> seeds,
            ModelSettings settings,
            int resamples) {
        /// @throws IllegalArgumentException when the arm without is missing or there is no seed
        public Request {
            catalog = List.copyOf(catalog);
            arms = List.copyOf(arms);
            seeds = List.copyOf(seeds);
            if (!arms.contains(Arm.OFF) || seeds.isEmpty()) {
                throw new IllegalArgumentException(
                        "needs the arm off and at least 1 seed, had " + arms + " and seeds " + seeds);
            }
        }
    }

    /// Learns each seed's models once, and ranks with every arm.
    ///
    /// @throws RetrievalException with code BAD_INPUT where themes say nothing of the items
    public static CollaborativeEvaluation run(RankingTask task, Request request, Progress progress) {
        Map<Arm, Map<String, double[]>> sums = new LinkedHashMap<>();
        Map<Arm, Double> alone = new LinkedHashMap<>();
        Map<Arm, Map<Integer, Double>> weights = new LinkedHashMap<>();
        for (long seed : request.seeds) {
            ModelSettings settings = request.settings.withSeed(seed);
            List<Models> models = Models.each(task, settings, contents(task, request, seed, progress), progress);
            for (int at = 0; at < models.size(); at++) {
                Arm arm = request.arms.get(at);
                Models of = models.get(at);
                add(sums.computeIfAbsent(arm, unseen -> new LinkedHashMap<>()), of, task, request, progress);
                if (arm.spread.isPresent()) {
                    alone.merge(arm, alone(of, task, progress) / request.seeds.size(), Double::sum);
                    weights.computeIfAbsent(arm, unseen -> weights(of.trained().ranker()));
                }
            }
        }
        List<Row> rows = request.arms.stream()
                .map(arm -> new Row(
                        arm,
                        sums.getOrDefault(arm, Map.of()),
                        Optional.ofNullable(alone.get(arm))
                                .map(OptionalDouble::of)
                                .orElse(OptionalDouble.empty()),
                        weights.getOrDefault(arm, Map.of())))
                .toList();
        return new CollaborativeEvaluation(task, request.themes, request.seeds, rows, comparisons(task, rows, request));
    }

    private static void add(
            Map<String, double[]> sums, Models models, RankingTask task, Request request, Progress progress) {
        Metrics metrics = Metrics.of(RankedLists.of(task, models.fit(ModelName.Fused.FITTED), progress));
        for (String metric : Evaluation.COMPARED) {
            double[] values = metrics.perUser().getOrDefault(metric, new double[task.evaluated().length]);
            double[] sum = sums.computeIfAbsent(metric, unseen -> new double[values.length]);
            Arrays.setAll(sum, user -> sum[user] + values[user] / request.seeds.size());
        }
    }

    private static double alone(Models models, RankingTask task, Progress progress) {
        return Metrics.of(RankedLists.of(task, models.fit(new ModelName.Source(Signal.THEME)), progress))
                .mean("NDCG@10");
    }

    private static Map<Integer, Double> weights(RankerWeights ranker) {
        Map<Integer, Double> weights = new LinkedHashMap<>();
        ranker.buckets()
                .forEach(bucket -> weights.put(bucket.from(), bucket.weights().getOrDefault(Signal.THEME, 0.0)));
        return weights;
    }

    /// What each arm adds, as it was before the held-out events and as it is after all.
    private static List<Models.Content> contents(RankingTask task, Request request, long seed, Progress progress) {
        HeldOut.Protocol protocol = task.temporal() ? HeldOut.Protocol.LATEST : HeldOut.Protocol.LAST_EVENTS;
        Side trial = side(task, request, HeldOut.of(task.known(), protocol).known(), seed, progress);
        Side whole = side(task, request, task.known(), seed, progress);
        Models.Content others = request.content.apply(seed);
        List<Models.Content> contents = new ArrayList<>();
        for (Arm arm : request.arms) {
            contents.add(arm.spread
                    .map(spread -> others.with(new Models.Content(
                            Map.of(Signal.THEME, trial.scorer(spread)), Map.of(Signal.THEME, whole.scorer(spread)))))
                    .orElse(others));
        }
        return contents;
    }

    private record Side(ItemThemes themes, Histories known, FactorNeighbours near) {
        Scorer scorer(ThemeAudiences.Spread spread) {
            return ThemeAudiences.of(themes, known, Optional.of(near), spread)
                    .orElseThrow(() -> new RetrievalException(
                            Code.BAD_INPUT,
                            "themes say nothing here: " + themes.count() + " themes, which " + themes.itemsWithAny()
                                    + " of " + themes.ofRow().length + " items have; give --catalog with genres, or"
                                    + " --themes-from words or clusters"));
        }
    }

    private static Side side(RankingTask task, Request request, Histories known, long seed, Progress progress) {
        ItemFactors factors = ImplicitAls.fit(known, request.settings.als().suiting(known), seed, progress);
        ItemThemes themes = switch (request.themes) {
            case CATEGORIES -> ItemThemes.categories(request.catalog, task.items());
            case WORDS -> ItemThemes.words(request.catalog, task.items());
            case CLUSTERS -> ItemThemes.clusters(factors, CLUSTERS, seed);
        };
        return new Side(themes, known, new FactorNeighbours(factors));
    }

    private static List<Comparison> comparisons(RankingTask task, List<Row> rows, Request request) {
        Map<String, int[]> groups = new LinkedHashMap<>();
        int[] everybody = new int[task.evaluated().length];
        Arrays.setAll(everybody, user -> user);
        groups.put(ALL, everybody);
        Activity.of(task).forEach(third -> groups.put(third.name(), third.users()));
        List<Comparison> comparisons = new ArrayList<>();
        for (Row first : rows) {
            for (Row second : rows) {
                if (!compared(first.arm, second.arm)) {
                    continue;
                }
                for (String metric : Evaluation.COMPARED) {
                    groups.forEach((name, users) -> comparisons.add(new Comparison(
                            first.arm,
                            second.arm,
                            name,
                            metric,
                            PairedBootstrap.of(
                                    some(first.of(metric), users),
                                    some(second.of(metric), users),
                                    request.resamples,
                                    request.seeds.getFirst(),
                                    request.settings.als().threads()))));
                }
            }
        }
        return comparisons;
    }

    private static boolean compared(Arm first, Arm second) {
        return (first != Arm.OFF && second == Arm.OFF)
                || (first == Arm.OWN && second == Arm.ITEMS)
                || (first == Arm.NEIGHBOURS && second == Arm.OWN);
    }

    private static double[] some(double[] values, int[] users) {
        return Arrays.stream(users).mapToDouble(user -> values[user]).toArray();
    }

    /// The mean of an arm over some of the users.
    ///
    /// @param users `all`, or the name of a third
    public double mean(Row row, String metric, String users) {
        double[] values = row.of(metric);
        return users.equals(ALL)
                ? Arrays.stream(values).average().orElse(0)
                : Activity.of(task).stream()
                        .filter(third -> third.name().equals(users))
                        .mapToDouble(third -> third.mean(values))
                        .findFirst()
                        .orElse(0);
    }

    private List<String> groups() {
        List<String> groups = new ArrayList<>(List.of(ALL));
        Activity.of(task).forEach(third -> groups.add(third.name()));
        return groups;
    }

    /// Everything as plain maps, lists, strings and numbers, for JSON.
    public Map<String, Object> report() {
        Map<String, Object> report = new LinkedHashMap<>();
        report.put("task", task.name());
        report.put("themes", themes.name().toLowerCase(Locale.ROOT));
        report.put("users", task.evaluated().length);
        report.put("items", task.items().size());
        report.put("seeds", seeds);
        report.put("activity", Evaluation.activity(task));
        List<Map<String, Object>> arms = new ArrayList<>();
        for (Row row : rows) {
            Map<String, Object> arm = new LinkedHashMap<>();
            arm.put("arm", row.arm.label);
            for (String metric : Evaluation.COMPARED) {
                Map<String, Object> means = new LinkedHashMap<>();
                groups().forEach(group -> means.put(group, mean(row, metric, group)));
                arm.put(metric, means);
            }
            row.alone.ifPresent(alone -> arm.put("signal_alone", alone));
            arm.put("weights", row.weights);
            arms.add(arm);
        }
        report.put("collaborative", arms);
        report.put(
                "comparisons",
                comparisons.stream().map(CollaborativeEvaluation::report).toList());
        return report;
    }

    private static Map<String, Object> report(Comparison comparison) {
        Map<String, Object> report = new LinkedHashMap<>();
        report.put("first", comparison.first.label);
        report.put("second", comparison.second.label);
        report.put("users", comparison.users);
        report.put("metric", comparison.metric);
        report.put("difference", comparison.interval.difference());
        report.put("low", comparison.interval.low());
        report.put("high", comparison.interval.high());
        return report;
    }

    /// The table on a terminal.
    public void print(Consumer<String> out) {
        for (String metric : Evaluation.COMPARED) {
            StringBuilder head = new StringBuilder(format("%-26s", metric));
            groups().forEach(group -> head.append(format("%9s", group)));
            out.accept(head + format("%9s  %s", "alone", "weight by length of history"));
            for (Row row : rows) {
                StringBuilder line = new StringBuilder(format("%-26s", row.arm.label));
                groups().forEach(group -> line.append(format("%9.4f", mean(row, metric, group))));
                line.append(row.alone.isPresent() ? format("%9.4f  ", row.alone.getAsDouble()) : format("%9s  ", "-"));
                row.weights.forEach((from, weight) -> line.append(format("%d: %.3f ", from, weight)));
                out.accept(line.toString().stripTrailing());
            }
        }
        for (Comparison comparison : comparisons) {
            out.accept(format(
                    "%s - %s, %s, %s: %+.4f [%+.4f, %+.4f]",
                    comparison.first.label,
                    comparison.second.label,
                    comparison.metric,
                    comparison.users,
                    comparison.interval.difference(),
                    comparison.interval.low(),
                    comparison.interval.high()));
        }
    }

    private static String format(String pattern, Object... values) {
        return String.format(Locale.ROOT, pattern, values);
    }
}
