package dev.palate.web.cli;

import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// The settings of models on the command line. What is not given is left to the model's default.
final class SettingOptions {
    @Option(
            names = "--history-decay",
            paramLabel = "X",
            description =
                    "Weight of an event one place older, in (0, 1]; item-knn, rp3beta, transitions, ease, sparse-ease,"
                            + " fused. Default: 1, of transitions .8, in fused .9 (EASE) and .6 (neighbours).")
    private @Nullable Double historyDecay;

    @Option(
            names = "--lambda",
            paramLabel = "X",
            description = "Regularisation of ease and sparse-ease. Default: 100 without history decay, 300 with it.")
    private @Nullable Double lambda;

    @Option(
            names = "--neighbours",
            paramLabel = "N",
            description = "Of item-knn and rp3beta (default: 200), of sparse-ease (default: 100).")
    private @Nullable Integer neighbours;

    @Option(names = "--shrinkage", paramLabel = "X", description = "Of item-knn. Default: 0.")
    private @Nullable Double shrinkage;

    @Option(
            names = "--weighting",
            paramLabel = "NAME",
            description = "Of item-knn: cosine, tf-idf or bm25. Default: tf-idf.")
    private @Nullable String weighting;

    @Option(names = "--factors", paramLabel = "N", description = "Dimension of als and bpr. Default: 64.")
    private @Nullable Integer factors;

    @Option(
            names = "--unobserved-weight",
            paramLabel = "X",
            description = "Of als. Default: 1, where less than .4 %% of all pairs are known .01.")
    private @Nullable Double unobservedWeight;

    @Option(
            names = "--regularization",
            paramLabel = "X",
            description = "Of als, frequency-scaled (default: .003, of sparse data .01), and of bpr (default: .02).")
    private @Nullable Double regularization;

    @Option(
            names = "--frequency-exponent",
            paramLabel = "X",
            description = "Of als: how the regularisation grows with a row's events, in [0, 1]. Default: 1.")
    private @Nullable Double frequencyExponent;

    @Option(names = "--iterations", paramLabel = "N", description = "Of als (default: 10) and bpr (default: 80).")
    private @Nullable Integer iterations;

    @Option(
            names = "--solver-steps",
            paramLabel = "N",
            description = "Conjugate gradient steps of als; 0 solves exactly, by Cholesky. Default: 4.")
    private @Nullable Integer solverSteps;

    @Option(names = "--learning-rate", paramLabel = "X", description = "Of bpr. Default: .05.")
    private @Nullable Double learningRate;

    @Option(names = "--window", paramLabel = "N", description = "Events ahead that transitions looks. Default: 10.")
    private @Nullable Integer window;

    @Option(
            names = "--distance-decay",
            paramLabel = "X",
            description = "Of transitions: weight of one event further ahead. Default: .95.")
    private @Nullable Double distanceDecay;

    @Option(
            names = "--popularity-exponent",
            paramLabel = "X",
            description = "How popular items are held back by transitions (default: .25) and rp3beta (default: .6).")
    private @Nullable Double popularityExponent;

    @Option(names = "--walk-exponent", paramLabel = "X", description = "Of rp3beta. Default: 1.")
    private @Nullable Double walkExponent;

    @Option(
            names = "--recent-days",
            paramLabel = "N",
            description = "Window of recent popularity, in recent and fused. Default: 14.")
    private @Nullable Integer recentDays;

    /// What was given, by name without dashes.
    Map<String, String> given() {
        Map<String, String> given = new TreeMap<>();
        put(given, "history-decay", historyDecay);
        put(given, "lambda", lambda);
        put(given, "neighbours", neighbours);
        put(given, "shrinkage", shrinkage);
        put(given, "weighting", weighting);
        put(given, "factors", factors);
        put(given, "unobserved-weight", unobservedWeight);
        put(given, "regularization", regularization);
        put(given, "frequency-exponent", frequencyExponent);
        put(given, "iterations", iterations);
        put(given, "solver-steps", solverSteps);
        put(given, "learning-rate", learningRate);
        put(given, "window", window);
        put(given, "distance-decay", distanceDecay);
        put(given, "popularity-exponent", popularityExponent);
        put(given, "walk-exponent", walkExponent);
        put(given, "recent-days", recentDays);
        return given;
    }

    private static void put(Map<String, String> given, String name, @Nullable Object value) {
        if (value != null) {
            given.put(name, value.toString());
        }
    }
}
