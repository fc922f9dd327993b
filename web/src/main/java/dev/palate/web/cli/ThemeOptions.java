package dev.palate.web.cli;

import dev.palate.retrieval.Progress;
import dev.palate.retrieval.evaluation.CatalogItem;
import dev.palate.retrieval.evaluation.Models;
import dev.palate.retrieval.evaluation.RankingTask;
import dev.palate.retrieval.evaluation.ThemeAudiences;
import dev.palate.retrieval.factor.FactorNeighbours;
import dev.palate.retrieval.factor.Histories;
import dev.palate.retrieval.factor.ImplicitAls;
import dev.palate.retrieval.factor.Scorer;
import dev.palate.retrieval.ranking.Signal;
import dev.palate.retrieval.training.HeldOut;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// The theme signal of `palate evaluate`.
final class ThemeOptions {
    @Option(
            names = "--themes",
            paramLabel = "HOW",
            description = "counted or propagated: adds the themes of those who liked an item to fused, without or with"
                    + " what neighbours are given; needs --catalog.")
    private @Nullable String themes;

    boolean asked() {
        return themes != null;
    }

    /// The source for the trial and for the whole; absent when it is not asked for or nothing is told.
    Optional<Models.Content> source(
            RankingTask task, List<CatalogItem> items, ImplicitAls.Options als, long seed, Progress progress) {
        if (themes == null) {
            return Optional.empty();
        }
        if (!themes.equals("counted") && !themes.equals("propagated")) {
            throw new IllegalArgumentException("--themes must be counted or propagated, was " + themes);
        }
        if (items.isEmpty()) {
            throw new IllegalArgumentException("--themes needs the genres of --catalog");
        }
        HeldOut.Protocol protocol = task.temporal() ? HeldOut.Protocol.LATEST : HeldOut.Protocol.LAST_EVENTS;
        Histories left = HeldOut.of(task.known(), protocol).known();
        Optional<Scorer> trial = scorer(task, items, left, als, seed, progress);
        Optional<Scorer> whole = scorer(task, items, task.known(), als, seed, progress);
        return trial.isEmpty() || whole.isEmpty()
                ? Optional.empty()
                : Optional.of(new Models.Content(Map.of(Signal.THEME, trial.get()), Map.of(Signal.THEME, whole.get())));
    }

    private Optional<Scorer> scorer(
            RankingTask task,
            List<CatalogItem> items,
            Histories known,
            ImplicitAls.Options als,
            long seed,
            Progress progress) {
        Optional<FactorNeighbours> near = "propagated".equals(themes)
                ? Optional.of(new FactorNeighbours(ImplicitAls.fit(known, als.suiting(known), seed, progress)))
                : Optional.empty();
        return ThemeAudiences.of(items, task.items(), known, near);
    }
}
