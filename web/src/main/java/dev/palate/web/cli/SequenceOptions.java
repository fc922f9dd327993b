package dev.palate.web.cli;

import dev.palate.retrieval.Progress;
import dev.palate.retrieval.evaluation.ModelName;
import dev.palate.retrieval.evaluation.Models;
import dev.palate.retrieval.evaluation.RankingTask;
import dev.palate.retrieval.ranking.Signal;
import dev.palate.retrieval.sequence.ItemTexts;
import dev.palate.retrieval.sequence.SequenceEpoch;
import dev.palate.retrieval.sequence.SequenceLoss;
import dev.palate.retrieval.sequence.SequenceModel;
import dev.palate.retrieval.sequence.SequenceScorer;
import dev.palate.retrieval.sequence.SequenceSettings;
import dev.palate.retrieval.sequence.SequenceTraining;
import dev.palate.retrieval.sequence.TorchRuntime;
import dev.palate.retrieval.training.HeldOut;
import dev.palate.retrieval.training.SequenceProcess;
import dev.palate.retrieval.training.TrainingEvent;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// The options of `palate evaluate` that are about the sequence model, and its training.
final class SequenceOptions {
    private static final Duration DEADLINE = Duration.ofHours(6);

    @Option(
            names = "--sequence",
            paramLabel = "NAME",
            description =
                    "Trains a sequence model as a source of fused: sasrec, hstu, or auto for what the times allow.")
    private @Nullable String sequence;

    @Option(
            names = "--sequence-loss",
            paramLabel = "NAME",
            description = "full, sampled or gbce. Default: full up to 20,000 items, then sampled.")
    private @Nullable String loss;

    @Option(names = "--epochs", paramLabel = "N", description = "Of the sequence model, at most. Default: 60.")
    private @Nullable Integer epochs;

    @Option(
            names = "--checkpoint",
            paramLabel = "FILE",
            description = "Where training of the sequence model goes on after a kill.")
    private @Nullable Path checkpoint;

    @Option(names = "--curve", description = "Prints every epoch of the sequence model on stderr.")
    private boolean curve;

    /// A sequence model that was trained as asked for, as a source; empty when none was asked for.
    ///
    /// @param models those that are evaluated
    /// @param texts of the items
    Optional<Models.Content> source(
            List<ModelName> models,
            RankingTask task,
            Optional<ItemTexts> texts,
            long seed,
            PrintWriter err,
            Progress progress) {
        Optional<SequenceSettings> settings = settings(models, task, seed);
        if (settings.isEmpty()) {
            return Optional.empty();
        }
        TorchRuntime torch = TorchRuntime.of(System.getenv());
        if (torch.jars().isEmpty()) {
            torch.pull(progress);
        }
        HeldOut.Protocol protocol = task.temporal() ? HeldOut.Protocol.LATEST : HeldOut.Protocol.LAST_EVENTS;
        SequenceTraining.Source source = HeldOut.of(task.known(), protocol).sequences(texts);
        AtomicInteger best = new AtomicInteger(settings.get().epochs());
        Consumer<TrainingEvent> listener = listener(err, progress);
        SequenceModel trial =
                SequenceProcess.fit(source, settings.get(), torch, Optional.ofNullable(checkpoint), DEADLINE, event -> {
                    if (event instanceof TrainingEvent.SequenceReady ready) {
                        best.set(ready.best().epoch());
                    }
                    listener.accept(event);
                });
        SequenceModel whole = SequenceProcess.fit(
                new SequenceTraining.Source(task.known(), Optional.empty(), texts),
                settings.get().onAll(best.get()),
                torch,
                Optional.empty(),
                DEADLINE,
                listener);
        return Optional.of(new Models.Content(
                Map.of(Signal.SEQUENCE, new SequenceScorer(trial)),
                Map.of(Signal.SEQUENCE, new SequenceScorer(whole))));
    }

    private Optional<SequenceSettings> settings(List<ModelName> models, RankingTask task, long seed) {
        Optional<String> alone = models.stream()
                .filter(model -> model instanceof ModelName.Sequence)
                .map(ModelName::key)
                .distinct()
                .reduce((a, b) -> {
                    throw new IllegalArgumentException("one sequence model at a time, had " + a + " and " + b);
                });
        Optional<String> name = alone.or(() -> Optional.ofNullable(sequence));
        if (alone.isPresent() && sequence != null && !sequence.equals(alone.get())) {
            throw new IllegalArgumentException(
                    "one sequence model at a time, had --model " + alone.get() + " and --sequence " + sequence);
        }
        int items = task.items().size();
        return name.map(key -> switch (key) {
                    case "sasrec" -> SequenceSettings.selfAttention(items, seed);
                    case "hstu" -> SequenceSettings.gatedAttention(items, seed);
                    case "auto" -> SequenceSettings.defaults(task.known(), seed);
                    default ->
                        throw new IllegalArgumentException("--sequence must be sasrec, hstu or auto, was " + key);
                })
                .map(settings -> epochs == null ? settings : settings.withEpochs(epochs))
                .map(settings -> loss == null ? settings : settings.withLoss(loss(loss)));
    }

    private static SequenceLoss loss(String name) {
        return switch (name) {
            case "full" -> new SequenceLoss.FullSoftmax();
            case "sampled" -> new SequenceLoss.SampledSoftmax(2_048);
            case "gbce" -> new SequenceLoss.CalibratedBinary(256, 0.75, 5);
            default -> throw new IllegalArgumentException("--sequence-loss must be full, sampled or gbce, was " + name);
        };
    }

    private Consumer<TrainingEvent> listener(PrintWriter err, Progress progress) {
        return event -> {
            if (event instanceof TrainingEvent.Epoch(SequenceEpoch epoch, int most)) {
                progress.advanced("sequence", epoch.epoch(), most);
                if (curve) {
                    SequenceEpoch.Evaluation found = epoch.evaluation();
                    err.printf(
                            Locale.ROOT,
                            "epoch %d: loss %.4f, %.2f cpu s, %d MiB%s%n",
                            epoch.epoch(),
                            epoch.loss(),
                            epoch.cpuSeconds(),
                            epoch.residentMebibytes(),
                            found == null
                                    ? ""
                                    : String.format(
                                            Locale.ROOT,
                                            ", held out Recall@10 %.4f NDCG@10 %.4f",
                                            found.recall(),
                                            found.ndcg()));
                }
            } else if (event instanceof TrainingEvent.SequenceReady(SequenceEpoch best, double difference) && curve) {
                err.printf(
                        Locale.ROOT,
                        "kept epoch %d; the plain Java pass differs from PyTorch by %.1e at most%n",
                        best.epoch(),
                        difference);
            }
        };
    }

    /// Whether training is to go on from a file.
    boolean checkpointed() {
        return checkpoint != null;
    }

    /// Whether a sequence model is asked for by option or model.
    boolean wanted(List<ModelName> models) {
        return sequence != null || models.stream().anyMatch(model -> model instanceof ModelName.Sequence);
    }
}
