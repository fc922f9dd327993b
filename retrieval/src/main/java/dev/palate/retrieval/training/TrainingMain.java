package dev.palate.retrieval.training;

import dev.palate.memory.vector.VectorModule;
import dev.palate.retrieval.RetrievalException;
import dev.palate.retrieval.embedding.ModelSnapshot;
import dev.palate.retrieval.embedding.ModelVersion;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.InstantSource;
import tools.jackson.databind.json.JsonMapper;

/// The training process: `TrainingMain INPUT OUTPUT VERSION OPTIONS`, the last being [TrainingOptions] as JSON.
/// Writes
/// [TrainingEvent] lines to standard output and ends with status 0 when the model file is written, 1 when not. When
/// standard input ends, the parent is gone, and so is this process at once, without a model file.
public final class TrainingMain {
    private TrainingMain() {}

    /// Runs the training.
    public static void main(String[] arguments) {
        PrintStream events = new PrintStream(new FileOutputStream(FileDescriptor.out), true, StandardCharsets.UTF_8);
        Thread.ofPlatform().daemon().name("palate-parent-watch").start(() -> haltAtEnd(System.in));
        TrainingEvent last = run(arguments, events);
        events.println(last.toLine());
        System.exit(last instanceof TrainingEvent.Finished ? 0 : 1);
    }

    private static TrainingEvent run(String[] arguments, PrintStream events) {
        InstantSource clock = InstantSource.system();
        long start = clock.millis();
        try {
            VectorModule.require();
            if (arguments.length != 4) {
                throw new IllegalArgumentException(
                        "needs input, output, version and options, had " + arguments.length + " arguments");
            }
            TrainingOptions options = JsonMapper.shared().readValue(arguments[3], TrainingOptions.class);
            TrainingInput input = TrainingInput.read(Path.of(arguments[0]));
            events.println(new TrainingEvent.Advanced("read", 1, 1).toLine());
            ModelSnapshot snapshot = Training.run(
                    input,
                    options,
                    new ModelVersion(arguments[2]),
                    clock,
                    (phase, done, total) -> events.println(new TrainingEvent.Advanced(phase, done, total).toLine()));
            snapshot.write(Path.of(arguments[1]));
            events.println(new TrainingEvent.Advanced("write", 1, 1).toLine());
            return new TrainingEvent.Finished(
                    snapshot.about().users(),
                    snapshot.items().size(),
                    snapshot.about().events(),
                    clock.millis() - start);
        } catch (RetrievalException e) {
            return new TrainingEvent.Failed(e.code(), String.valueOf(e.getMessage()));
        } catch (OutOfMemoryError e) {
            return new TrainingEvent.Failed(
                    RetrievalException.Code.MEMORY, "training ran out of heap: give it more, or fewer items");
        } catch (RuntimeException e) {
            return new TrainingEvent.Failed(RetrievalException.Code.TRAINING, "training failed: " + e);
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
