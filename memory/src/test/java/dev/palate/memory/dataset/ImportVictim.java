package dev.palate.memory.dataset;

import java.nio.file.Path;
import java.time.Clock;

/// The victim of [ImportResumeTest]: imports a folder of JSON Lines and prints a line for each batch it has written.
/// Arguments: data directory, data set.
final class ImportVictim {
    private ImportVictim() {}

    public static void main(String[] arguments) {
        try (ImportFixture store = ImportFixture.open(Path.of(arguments[0]))) {
            new DatasetImport(store.target(MemoryMeaning.NONE), Clock.systemUTC(), 0)
                    .run(new JsonLinesReader(Path.of(arguments[1])), (phase, done, total) -> {
                        System.out.println(phase + " " + done);
                        System.out.flush();
                    });
        }
    }
}
