package dev.palate.retrieval.training;

import dev.palate.memory.vector.VectorModule;
import dev.palate.retrieval.RetrievalException;
import dev.palate.retrieval.embedding.SequenceSections;
import dev.palate.retrieval.sequence.SequenceCheckpoints;
import dev.palate.retrieval.sequence.SequenceSettings;
import dev.palate.retrieval.sequence.SequenceTraining;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.function.Consumer;
import tools.jackson.databind.json.JsonMapper;

/// The process that trains a sequence model alone: `SequenceMain INPUT OUTPUT SETTINGS CHECKPOINT`, with
/// [SequenceSettings] as JSON. Speaks and ends as [TrainingMain] does.
public final class SequenceMain {
    private SequenceMain() {}

    /// Runs the training.
    public static void main(String[] arguments) {
        TrainingMain.runAsChild(events -> run(arguments, events));
    }

    private static TrainingEvent run(String[] arguments, PrintStream events) {
        InstantSource clock = InstantSource.system();
        long start = clock.millis();
        VectorModule.require();
        if (arguments.length != 4) {
            throw new IllegalArgumentException(
                    "needs input, output, settings and checkpoint, had " + arguments.length + " arguments");
        }
        SequenceSettings settings = JsonMapper.shared().readValue(arguments[2], SequenceSettings.class);
        SequenceTraining.Source source = SequenceFiles.read(Path.of(arguments[0]));
        SequenceTraining.Trained trained =
                train(source, settings, Path.of(arguments[3]), event -> events.println(event.toLine()));
        SequenceSections.write(trained.model(), Path.of(arguments[1]));
        SequenceFiles.delete(Path.of(arguments[3]));
        return new TrainingEvent.Finished(
                source.histories().userCount(),
                trained.model().itemCount(),
                source.histories().eventCount(),
                clock.millis() - start);
    }

    /// Trains with a checkpoint, which the caller removes once what was learnt is on disk.
    ///
    /// @throws RetrievalException as [SequenceTraining#fit]
    static SequenceTraining.Trained train(
            SequenceTraining.Source source,
            SequenceSettings settings,
            Path checkpoint,
            Consumer<TrainingEvent> listener) {
        SequenceCheckpoints checkpoints = SequenceFiles.checkpoints(checkpoint);
        SequenceTraining.Trained trained = SequenceTraining.fit(
                source,
                settings,
                checkpoints,
                (epoch, epochs) -> listener.accept(new TrainingEvent.Epoch(epoch, epochs)));
        listener.accept(new TrainingEvent.SequenceReady(trained.best(), trained.disagreement()));
        return trained;
    }
}
