package dev.palate.web.cli;

import dev.palate.retrieval.evaluation.CatalogItem;
import dev.palate.retrieval.evaluation.CollaborativeEvaluation;
import dev.palate.retrieval.evaluation.CollaborativeEvaluation.Arm;
import dev.palate.retrieval.evaluation.CollaborativeEvaluation.Themes;
import dev.palate.retrieval.evaluation.ModelSettings;
import dev.palate.retrieval.evaluation.Models;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.LongFunction;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// `palate evaluate --collaborative`: collaborative memory on and off, by third of activity.
final class CollaborativeOptions {
    @Option(
            names = "--collaborative",
            description = "Instead of models: fused without and with what collaborative memory writes, without and with"
                    + " what neighbours are given, by third of activity.")
    private boolean collaborative;

    @Option(
            names = "--themes-from",
            paramLabel = "WHAT",
            description = "Of --collaborative: categories of the catalog, words of its titles that 20 items have, or"
                    + " clusters of items that are had together. Default: categories where there is a catalog with"
                    + " genres, else clusters.")
    private @Nullable String from;

    @Option(
            names = "--trials",
            description =
                    "Of --collaborative: also ways of writing that the server does not have; with --part valid only.")
    private boolean trials;

    boolean asked() {
        if (!collaborative && (trials || from != null)) {
            throw new IllegalArgumentException("--themes-from and --trials need --collaborative");
        }
        return collaborative;
    }

    /// Trials are what something may be chosen by, which no test row may be.
    void requirePart(String part) {
        if (trials && !part.equals("valid")) {
            throw new IllegalArgumentException(
                    "--trials is for choosing, so it takes --part valid, was " + part + ": no test row may choose");
        }
    }

    CollaborativeEvaluation.Request request(
            List<CatalogItem> items,
            LongFunction<Models.Content> content,
            List<Long> seeds,
            ModelSettings settings,
            int resamples) {
        return new CollaborativeEvaluation.Request(
                themes(items),
                items,
                content,
                trials ? List.of(Arm.values()) : Arm.asked(),
                seeds,
                settings,
                resamples);
    }

    private Themes themes(List<CatalogItem> items) {
        if (from == null) {
            return items.stream().anyMatch(item -> !item.genres().isEmpty()) ? Themes.CATEGORIES : Themes.CLUSTERS;
        }
        Optional<Themes> found = Stream.of(Themes.values())
                .filter(themes -> themes.name().toLowerCase(Locale.ROOT).equals(from))
                .findFirst();
        Themes themes = found.orElseThrow(
                () -> new IllegalArgumentException("--themes-from must be categories, words or clusters, was " + from));
        if (themes != Themes.CLUSTERS && items.isEmpty()) {
            throw new IllegalArgumentException("--themes-from " + from + " needs --catalog");
        }
        return themes;
    }
}
