package dev.palate.retrieval.tuning;

import dev.palate.memory.vector.ParallelRange;
import dev.palate.retrieval.Progress;
import dev.palate.retrieval.RetrievalException;
import dev.palate.retrieval.evaluation.Metrics;
import dev.palate.retrieval.evaluation.Models;
import dev.palate.retrieval.evaluation.RankedLists;
import dev.palate.retrieval.evaluation.RankingTask;
import dev.palate.retrieval.evaluation.SettingSpace;
import dev.palate.retrieval.factor.BayesianRanking;
import dev.palate.retrieval.factor.Ease;
import dev.palate.retrieval.factor.FactorModel;
import dev.palate.retrieval.factor.ImplicitAls;
import dev.palate.retrieval.factor.ItemKnn;
import dev.palate.retrieval.factor.Popularity;
import dev.palate.retrieval.factor.RandomWalk;
import dev.palate.retrieval.factor.RecentPopularity;
import dev.palate.retrieval.factor.SparseEase;
import dev.palate.retrieval.factor.Transitions;
import dev.palate.retrieval.ranking.Ranker;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/// Successive halving over random configurations (`jamieson2016halving`): all are tried on a small budget, the
/// best go on to the next rung with a larger one, until a few are left for the whole. The budget is the number
/// of users whose validation items are looked for, and for models that iterate the iterations; every model
/// learns from all users, because the best regularisation depends on how many there are. Finished trials are
/// in a journal and are not tried again.
///
/// | paper | code |
/// |---|---|
/// | n, η | `Search.configurations`, `Search.reduction` |
/// | r_k | `Search.share` |
public final class SuccessiveHalving {
    /// Fewer users say too little.
    private static final int LEAST_USERS = 500;

    private static final int LEAST_ITERATIONS = 3;
    private static final int USERS_PER_TASK = 64;

    /// Which search the trials of a journal belong to.
    ///
    /// @param format of the file
    /// @param split the task's name
    /// @param events learnt from
    /// @param users that can be asked for
    /// @param search what is looked for
    record Header(int format, String split, long events, int users, Search search) {
        static final int FORMAT = 1;
    }

    private record Place(int rung, int configuration) {}

    private final RankingTask task;
    private final Search search;
    private final int threads;
    private final Progress progress;
    private final SettingSpace space;
    private final List<Map<String, String>> configurations = new ArrayList<>();
    private final int[] shuffled;

    private SuccessiveHalving(RankingTask task, Search search, int threads, Progress progress) {
        this.task = task;
        this.search = search;
        this.threads = threads;
        this.progress = progress;
        space = SettingSpace.of(search.model());
        SplittableRandom random = new SplittableRandom(search.seed());
        configurations.add(space.defaults(task.known()));
        while (configurations.size() < search.configurations()) {
            configurations.add(space.draw(random));
        }
        shuffled = shuffled(task.evaluated().length, random);
    }

    private static int[] shuffled(int count, SplittableRandom random) {
        int[] order = new int[count];
        for (int i = 0; i < count; i++) {
            int other = random.nextInt(i + 1);
            order[i] = order[other];
            order[other] = i;
        }
        return order;
    }

    /// Runs the search, or what is left of it.
    ///
    /// @param task with the validation rows to find
    /// @param threads in [1, 256]; any number gives the same scores
    /// @param journal of finished trials; made when there is none
    /// @return all trials in the order of rungs and configurations, and which is best
    /// @throws RetrievalException with code BAD_INPUT when the journal is of another search or in use,
    ///     BAD_FILE when it is damaged, STORAGE when it cannot be written
    public static Tuned run(RankingTask task, Search search, int threads, Path journal, Progress progress) {
        Header header =
                new Header(Header.FORMAT, task.name(), task.known().eventCount(), task.evaluated().length, search);
        try (Journal<Trial> open = Journal.open(journal, header, Trial.class)) {
            return new SuccessiveHalving(task, search, threads, progress).run(open);
        }
    }

    private Tuned run(Journal<Trial> journal) {
        Map<Place, Trial> finished = new HashMap<>();
        journal.entries().forEach(trial -> finished.put(new Place(trial.rung(), trial.configuration()), trial));
        List<Trial> all = new ArrayList<>();
        List<Trial> rung = List.of();
        for (int level = 0; level < search.rungs(); level++) {
            int[] entering = level == 0 ? range(configurations.size()) : best(rung, search.kept(level));
            rung = new ArrayList<>();
            RankingTask sample = sample(search.share(level));
            for (int i = 0; i < entering.length; i++) {
                int configuration = entering[i];
                Trial trial = finished.get(new Place(level, configuration));
                if (trial == null) {
                    trial = attempt(level, configuration, sample);
                    journal.add(trial);
                }
                rung.add(trial);
                progress.advanced("rung " + (level + 1) + " of " + search.rungs(), i + 1, entering.length);
            }
            all.addAll(rung);
        }
        Trial best = rung.stream().min(bestFirst()).orElseThrow();
        return new Tuned(search, task.name(), all, best, rung.getFirst());
    }

    private static int[] range(int count) {
        int[] range = new int[count];
        Arrays.setAll(range, i -> i);
        return range;
    }

    /// The defaults and the best others.
    private static int[] best(List<Trial> rung, int count) {
        List<Integer> kept = new ArrayList<>(List.of(0));
        rung.stream()
                .filter(trial -> trial.configuration() != 0)
                .sorted(bestFirst())
                .limit(count)
                .forEach(trial -> kept.add(trial.configuration()));
        return kept.stream().mapToInt(Integer::intValue).sorted().toArray();
    }

    private static Comparator<Trial> bestFirst() {
        return Comparator.comparingDouble((Trial trial) -> -trial.score()).thenComparing(Trial::configuration);
    }

    /// The task for the first users of the shuffled order, so that a larger sample holds every smaller one.
    private RankingTask sample(double share) {
        int all = shuffled.length;
        int count = Math.min(all, Math.max(LEAST_USERS, (int) Math.ceil(share * all)));
        int[] places = Arrays.copyOf(shuffled, count);
        Arrays.sort(places);
        int[] users = new int[count];
        int[][] truth = new int[count][];
        for (int i = 0; i < count; i++) {
            users[i] = task.evaluated()[places[i]];
            truth[i] = task.truth()[places[i]];
        }
        return new RankingTask(
                task.name(),
                task.users(),
                task.items(),
                task.known(),
                task.eventCounts(),
                users,
                truth,
                task.candidates(),
                task.temporal(),
                task.end());
    }

    private Trial attempt(int level, int configuration, RankingTask sample) {
        Map<String, String> settings = configurations.get(configuration);
        double share = search.share(level);
        Duration cpu = cpu();
        long start = System.nanoTime();
        double score = -1;
        Map<String, Double> metrics = Map.of();
        String failure = "";
        try {
            FactorModel model = cut(space.model(settings), share);
            Metrics measured =
                    Metrics.of(rank(sample, Models.fit(model, sample, search.seed(), threads, (p, d, t) -> {})));
            metrics = Map.of("Recall@10", measured.mean("Recall@10"), "NDCG@10", measured.mean("NDCG@10"));
            score = measured.mean(search.objective().metric());
        } catch (RetrievalException | ArithmeticException | IllegalArgumentException e) {
            failure = String.valueOf(e.getMessage());
        }
        return new Trial(
                level,
                configuration,
                settings,
                sample.evaluated().length,
                iterates() ? share : 1,
                score,
                metrics,
                cpu().minus(cpu).toMillis() / 1e3,
                (System.nanoTime() - start) / 1_000_000 / 1e3,
                failure);
    }

    private boolean iterates() {
        return space.parameters().stream()
                .anyMatch(parameter -> parameter.name().equals("iterations"));
    }

    /// The model with its iterations cut to a share.
    private static FactorModel cut(FactorModel model, double share) {
        return switch (model.options()) {
            case ImplicitAls.Options als -> FactorModel.of(als.withIterations(cut(als.iterations(), share)));
            case BayesianRanking.Options bpr -> FactorModel.of(bpr.withEpochs(cut(bpr.epochs(), share)));
            case Ease.Options _, SparseEase.Options _, ItemKnn.Options _, RandomWalk.Options _ -> model;
            case Transitions.Options _, Popularity.Options _, RecentPopularity.Options _ -> model;
        };
    }

    private static int cut(int iterations, double share) {
        return Math.min(iterations, Math.max(LEAST_ITERATIONS, (int) Math.ceil(iterations * share)));
    }

    private RankedLists rank(RankingTask sample, Ranker ranker) {
        int count = sample.evaluated().length;
        Ranker.Ranked[] lists = new Ranker.Ranked[count];
        ParallelRange.run(threads, Math.ceilDiv(count, USERS_PER_TASK), part -> {
            for (int i = part * USERS_PER_TASK; i < Math.min(count, (part + 1) * USERS_PER_TASK); i++) {
                int user = sample.evaluated()[i];
                lists[i] = ranker.rank(sample.known().of(user), RankedLists.LENGTH, sample.allowed(user));
            }
        });
        return new RankedLists(sample, lists);
    }

    private static Duration cpu() {
        return ProcessHandle.current().info().totalCpuDuration().orElse(Duration.ZERO);
    }
}
