package dev.palate.memory.dataset;

import dev.palate.memory.Ids;
import dev.palate.memory.gate.GatedMemories;
import dev.palate.memory.gate.Gates;
import dev.palate.memory.gate.Similarity;
import dev.palate.memory.sql.DataDirectory;
import dev.palate.memory.sql.SqlTruth;
import java.nio.file.Path;
import java.time.Clock;

/// A truth in a folder, with the door for memories and the positions of imports.
record ImportFixture(DataDirectory directory, SqlTruth truth) implements AutoCloseable {
    static ImportFixture open(Path folder) {
        DataDirectory directory = DataDirectory.open(folder);
        return new ImportFixture(directory, SqlTruth.open(directory, Clock.systemUTC()));
    }

    DatasetImport.Target target(MemoryMeaning meaning) {
        return new DatasetImport.Target(
                truth.catalog(),
                truth.users(),
                truth.interactions(),
                truth.jobs(),
                directory.logs(),
                truth.importPositions(),
                new MemoryDoor(
                        new GatedMemories(
                                new GatedMemories.Stores(
                                        truth.memories(), truth.rejections(), truth.consents(), Similarity.UNKNOWN),
                                Gates.standard(),
                                new Ids(Clock.systemUTC()),
                                Clock.systemUTC()),
                        meaning));
    }

    DatasetImport.Result run(DatasetReader reader, double maxRejected) {
        return new DatasetImport(target(MemoryMeaning.NONE), Clock.systemUTC(), maxRejected)
                .run(reader, (phase, done, total) -> {});
    }

    @Override
    public void close() {
        truth.close();
        directory.close();
    }
}
