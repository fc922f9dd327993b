package dev.palate.retrieval.training;

import dev.palate.memory.vector.VectorModule;
import dev.palate.retrieval.Progress;
import dev.palate.retrieval.RetrievalException;
import dev.palate.retrieval.embedding.ModelSnapshot;
import dev.palate.retrieval.embedding.ModelVersion;
import dev.palate.retrieval.embedding.TextAdapter;
import dev.palate.retrieval.embedding.recipe.ChosenTables;
import dev.palate.retrieval.factor.Scorer;
import dev.palate.retrieval.ranking.Signal;
import dev.palate.retrieval.sequence.SequenceModel;
import dev.palate.retrieval.sequence.SequenceScorer;
import dev.palate.retrieval.sequence.SequenceSettings;
import dev.palate.retrieval.sequence.SequenceTraining;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import tools.jackson.databind.json.JsonMapper;

/// The training process: `TrainingMain INPUT OUTPUT VERSION OPTIONS CONTENTS CHECKPOINT`, with [TrainingOptions] as
/// JSON, and `-` where there are no contents of items; with a checkpoint's place, and not `-`, it trains a sequence
/// model as well. Writes
/// [TrainingEvent] lines to standard output and ends with status 0 when the model file is written, 1 when not. When
/// standard input ends, the parent is gone, and so is this process at once, without a model file.
public final class TrainingMain {
    /// The argument for what there is not.
    static final String NONE = "-";

    private TrainingMain() {}

    /// Runs the training.
    public static void main(String[] arguments) {
        runAsChild(events -> run(arguments, events));
    }

    /// What a child process does.
    @FunctionalInterface
    public interface Work {
        /// @param events where to report
        /// @return the last event
        TrainingEvent run(PrintStream events);
    }

    /// Does the work, reports how it ended and ends the process; at once when the parent is gone.
    public static void runAsChild(Work work) {
        PrintStream events = new PrintStream(new FileOutputStream(FileDescriptor.out), true, StandardCharsets.UTF_8);
        Thread.ofPlatform().daemon().name("palate-parent-watch").start(() -> haltAtEnd(System.in));
        TrainingEvent last = outcome(work, events);
        events.println(last.toLine());
        System.exit(last instanceof TrainingEvent.Finished ? 0 : 1);
    }

    private static TrainingEvent outcome(Work work, PrintStream events) {
        try {
            return work.run(events);
        } catch (RetrievalException e) {
            return new TrainingEvent.Failed(e.code(), String.valueOf(e.getMessage()));
        } catch (OutOfMemoryError e) {
            return new TrainingEvent.Failed(
                    RetrievalException.Code.MEMORY, "training ran out of heap: give it more, or fewer items");
        } catch (RuntimeException e) {
            return new TrainingEvent.Failed(RetrievalException.Code.TRAINING, "training failed: " + e);
        }
    }

    private static TrainingEvent run(String[] arguments, PrintStream events) {
        InstantSource clock = InstantSource.system();
        long start = clock.millis();
        VectorModule.require();
        if (arguments.length != 6) {
            throw new IllegalArgumentException("needs input, output, version, options, contents and checkpoint, had "
                    + arguments.length + " arguments");
        }
        TrainingOptions asked = JsonMapper.shared().readValue(arguments[3], TrainingOptions.class);
        TrainingInput input = TrainingInput.read(Path.of(arguments[0]));
        TrainingOptions options = possible(asked, input, event -> events.println(event.toLine()));
        events.println(new TrainingEvent.Advanced("read", 1, 1).toLine());
        ItemContents contents =
                arguments[4].equals(NONE) ? ItemContents.NONE : ItemContents.read(Path.of(arguments[4]));
        Optional<Path> checkpoint = arguments[5].equals(NONE) ? Optional.empty() : Optional.of(Path.of(arguments[5]));
        Optional<Sequences> sequences = checkpoint.flatMap(
                file -> sequences(input, options, contents, file, event -> events.println(event.toLine())));
        Map<Signal, Scorer> content = new EnumMap<>(contents.signals(input.items()));
        sequences.ifPresent(models -> content.put(Signal.SEQUENCE, new SequenceScorer(models.trial)));
        ModelSnapshot learnt = Training.run(
                input,
                options,
                content,
                new ModelVersion(arguments[2]),
                clock,
                told(event -> events.println(event.toLine())));
        ModelSnapshot withSequence =
                sequences.map(models -> learnt.with(models.whole)).orElse(learnt);
        ModelSnapshot snapshot = adapter(input, options, contents, event -> events.println(event.toLine()))
                .map(withSequence::with)
                .orElse(withSequence);
        snapshot.write(Path.of(arguments[1]));
        checkpoint.ifPresent(file -> {
            SequenceFiles.delete(SequenceFiles.ofWhole(file));
            SequenceFiles.delete(file);
        });
        events.println(new TrainingEvent.Advanced("write", 1, 1).toLine());
        return new TrainingEvent.Finished(
                snapshot.about().users(),
                snapshot.items().size(),
                snapshot.about().events(),
                clock.millis() - start);
    }

    private static Progress told(Consumer<TrainingEvent> events) {
        return new Progress() {
            @Override
            public void advanced(String phase, int done, int total) {
                events.accept(new TrainingEvent.Advanced(phase, done, total));
            }

            @Override
            public void leftOut(String part, String why) {
                events.accept(new TrainingEvent.Skipped(
                        part,
                        why + ": the heap of a training is what the machine or its container gives, give it more"));
            }
        };
    }

    /// Without tables that cannot be made of this input, which is said.
    private static TrainingOptions possible(
            TrainingOptions asked, TrainingInput input, Consumer<TrainingEvent> events) {
        return IdEmbeddingTraining.refused(input.items(), input.histories(), asked.tables())
                .map(why -> {
                    events.accept(new TrainingEvent.Skipped("ID embedding", why));
                    return asked.with(ChosenTables.NOTHING);
                })
                .orElse(asked);
    }

    private static Optional<TextAdapter> adapter(
            TrainingInput input, TrainingOptions options, ItemContents contents, Consumer<TrainingEvent> events) {
        return options.adapter()
                ? contents.centred(input.items())
                        .flatMap(texts -> AdapterFit.fit(
                                texts,
                                contents.encoding(),
                                input.histories(),
                                options.seed(),
                                options.threads(),
                                (phase, done, total) -> events.accept(new TrainingEvent.Advanced(phase, done, total))))
                : Optional.empty();
    }

    /// @param trial learnt without the held-out events
    /// @param whole learnt from all, for as many epochs as were best without those held out
    private record Sequences(SequenceModel trial, SequenceModel whole) {}

    /// The sequence models; empty when one cannot be trained, which is said.
    private static Optional<Sequences> sequences(
            TrainingInput input,
            TrainingOptions options,
            ItemContents contents,
            Path checkpoint,
            Consumer<TrainingEvent> events) {
        try {
            SequenceTraining.Source source =
                    HeldOut.of(input.histories(), options.ranker().protocol()).sequences(contents.texts(input.items()));
            SequenceSettings settings = SequenceSettings.defaults(input.histories(), options.seed());
            SequenceTraining.Trained trial = SequenceMain.train(source, settings, checkpoint, events);
            SequenceTraining.Trained whole = SequenceTraining.fit(
                    new SequenceTraining.Source(input.histories(), Optional.empty(), source.texts()),
                    settings.onAll(trial.best().epoch()),
                    SequenceFiles.checkpoints(SequenceFiles.ofWhole(checkpoint)),
                    (epoch, epochs) ->
                            events.accept(new TrainingEvent.Advanced("sequence-whole", epoch.epoch(), epochs)));
            return Optional.of(new Sequences(trial.model(), whole.model()));
        } catch (RetrievalException e) {
            events.accept(new TrainingEvent.Skipped("sequence", String.valueOf(e.getMessage())));
            return Optional.empty();
        }
    }

    private static void haltAtEnd(InputStream parent) {
        try {
            while (parent.read() >= 0) {
                continue;
            }
        } catch (IOException e) {
            Runtime.getRuntime().halt(3);
        }
        Runtime.getRuntime().halt(3);
    }
}
