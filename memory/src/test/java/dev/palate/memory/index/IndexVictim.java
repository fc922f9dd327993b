package dev.palate.memory.index;

import dev.palate.memory.catalog.ItemId;
import dev.palate.memory.memory.Actor;
import dev.palate.memory.memory.Memories;
import dev.palate.memory.memory.Memory;
import dev.palate.memory.memory.MemoryId;
import dev.palate.memory.sql.DataDirectory;
import dev.palate.memory.sql.SqlTruth;
import dev.palate.memory.sql.UsersFirst;
import dev.palate.memory.text.HashingEncoder;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;

/// The process that [IndexKillTest] kills: writes items and memories without end, follows them with an index that
/// commits all the time, and writes each acknowledged id and revision to the file given.
final class IndexVictim {
    static final IndexOptions OPTIONS =
            new IndexOptions(VectorFormat.INT8, 1, Duration.ofMillis(30), 200, 2, Duration.ofHours(1));

    private static final int ITEMS = 300;
    private static final int USERS = 20;

    private IndexVictim() {}

    /// @param arguments data directory, seed, file of acknowledgements
    public static void main(String[] arguments) throws IOException {
        SplittableRandom random = new SplittableRandom(Long.parseLong(arguments[1]));
        try (DataDirectory directory = DataDirectory.open(Path.of(arguments[0]));
                SqlTruth truth = SqlTruth.open(directory, Clock.systemUTC());
                IndexChanges index = open(directory, truth);
                OutputStream acknowledged = new FileOutputStream(arguments[2], true)) {
            while (index.status().failure() == null) {
                String line = random.nextInt(3) > 0 ? item(truth, random) : memory(truth, random);
                acknowledged.write((line + "\n").getBytes(StandardCharsets.UTF_8));
            }
        }
    }

    static IndexChanges open(DataDirectory directory, SqlTruth truth) {
        return IndexChanges.open(
                directory.root(),
                new IndexChanges.Sources(truth.changes(), truth.catalog(), truth.memories()),
                new HashingEncoder(64, 0),
                OPTIONS);
    }

    private static String item(SqlTruth truth, SplittableRandom random) {
        ItemId id = new ItemId("item" + random.nextInt(ITEMS));
        if (random.nextInt(8) == 0) {
            truth.catalog().delete(id);
            return "item " + id + " gone";
        }
        long revision = truth.catalog()
                .put(IndexFixture.film(id.value(), "Film " + random.nextInt(1_000_000), 1990, "Drama"))
                .revision();
        return "item " + id + " " + revision;
    }

    private static String memory(SqlTruth truth, SplittableRandom random) {
        int user = random.nextInt(USERS);
        MemoryId id = new MemoryId("memory" + user);
        Optional<Memory> last = truth.memories().memory(id);
        if (last.isPresent() && random.nextInt(8) == 0) {
            truth.memories().forget(id);
            return "memory " + id + " gone";
        }
        String text = "likes " + random.nextInt(1_000_000);
        Memories.Write write = last.map(
                        memory -> new Memories.Write(memory.draft().text(text).build(), Actor.AGENT, "test"))
                .orElseGet(() -> IndexFixture.memory(id.value(), IndexFixture.user("u" + user), text, "tag:a"));
        long revision = UsersFirst.of(truth).put(List.of(write)).getFirst().revision();
        return "memory " + id + " " + revision;
    }
}
