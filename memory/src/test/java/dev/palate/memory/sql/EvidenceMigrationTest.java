package dev.palate.memory.sql;

import static org.assertj.core.api.Assertions.assertThat;

import dev.palate.memory.memory.Actor;
import dev.palate.memory.memory.Evidence;
import dev.palate.memory.memory.Memories;
import dev.palate.memory.memory.Memory;
import dev.palate.memory.memory.MemoryId;
import java.nio.file.Path;
import java.sql.Connection;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.flywaydb.core.Flyway;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// A database from before the evidence ledger gets one that knows every revision.
@Timeout(120)
class EvidenceMigrationTest {
    private static final int MEMORIES = 1_250;

    @TempDir
    Path folder;

    @Test
    void onSqlite() throws Exception {
        Path file = folder.resolve("truth.db");
        migrates(new SqliteDialect(file), new TruthPlace.File(file));
    }

    @Test
    void onPostgres() throws Exception {
        TruthPlace.Server place = PostgresServer.shared().place(PostgresServer.schema(folder));
        migrates(new PostgresDialect(place), place);
    }

    private static void migrates(Dialect dialect, TruthPlace place) throws Exception {
        Flyway.configure()
                .dataSource(dialect.migrating())
                .locations("classpath:db/migration")
                .target("5")
                .load()
                .migrate();
        try (Connection connection = dialect.writer();
                Handle handle = Jdbi.create(connection).open()) {
            handle.useTransaction(EvidenceMigrationTest::fill);
        }
        try (SqlTruth truth = SqlTruth.open(place, new TickingClock())) {
            Set<String> resting = truth.database()
                    .read(handle ->
                            EvidenceRows.restingOn(handle, "message", List.of("m-a0", "m-a1249", "earlier-a7")));
            assertThat(resting).containsExactlyInAnyOrder("a0", "a1249", "a7");
            long rows = truth.database()
                    .read(handle -> handle.createQuery("select count(*) from memory_evidence")
                            .mapTo(Long.class)
                            .one());
            assertThat(rows)
                    .as("of each memory that of both revisions, nothing for evidence without an id")
                    .isEqualTo(2L * MEMORIES + 1);
            truth.memories().forget(new MemoryId("a0"));
            assertThat(truth.memories().memory(new MemoryId("p")))
                    .as("rested on it once")
                    .isEmpty();
            assertThat(truth.outbox().horizon()).isZero();
        }
    }

    private static void fill(Handle handle) {
        IntStream.range(0, MEMORIES).forEach(i -> {
            Memory memory = TruthContract.likes("a" + i, TruthContract.ANN, "genre " + i);
            save(handle, with(memory, 1, new Evidence("message", "earlier-a" + i, "")));
            save(handle, with(memory, 2, new Evidence("message", "m-a" + i, "I said")));
        });
        Memory profile = TruthContract.likes("p", TruthContract.ANN, "all of it");
        save(handle, with(profile, 1, new Evidence("memory", "a0", "")));
        save(handle, with(profile, 2, new Evidence("operator", "", "by hand")));
    }

    private static Memory with(Memory memory, long revision, Evidence evidence) {
        return memory.draft().revision(revision).evidence(List.of(evidence)).build();
    }

    private static void save(Handle handle, Memory memory) {
        MemoryRows.save(handle, MemoryState.of(memory), new Memories.Write(memory, Actor.AGENT, ""), TruthContract.NOW);
    }
}
