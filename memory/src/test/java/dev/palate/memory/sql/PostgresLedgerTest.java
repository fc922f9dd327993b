package dev.palate.memory.sql;

import static org.assertj.core.api.Assertions.assertThat;

import dev.palate.memory.erase.Erasure;
import dev.palate.memory.erase.ErasureState;
import dev.palate.memory.memory.Actor;
import dev.palate.memory.memory.Memories;
import dev.palate.memory.memory.MemoryId;
import dev.palate.memory.memory.Subject;
import dev.palate.memory.user.UserId;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// The ledger of erasures on PostgreSQL from end to end: a dump by the server's own tool, erasures, the dump put back,
/// marked, and opened.
@Timeout(120)
class PostgresLedgerTest {
    private static final UserId ANN = new UserId("ann");
    private static final UserId BEN = new UserId("ben");

    @TempDir
    Path folder;

    private final PostgresServer server = PostgresServer.shared();

    private static void put(SqlTruth truth, UserId user, String id) {
        UsersFirst.of(truth).put(List.of(new Memories.Write(TruthContract.likes(id, user, "horror"), Actor.AGENT, "")));
    }

    @Test
    void whatWasErasedStaysErasedWhenADumpFromBeforeIsPutBack() throws Exception {
        String schema = PostgresServer.schema(folder);
        TruthPlace place = server.place(schema);
        try (DataDirectory directory = DataDirectory.open(folder.resolve("data"))) {
            try (SqlTruth truth = SqlTruth.open(place, directory, Clock.systemUTC())) {
                truth.interactions()
                        .append(List.of(TruthContract.rated("x", ANN, "i", 4, Instant.parse("2026-01-01T00:00:00Z"))));
                put(truth, ANN, "of-ann");
                put(truth, BEN, "one");
                put(truth, BEN, "two");
                server.dump(schema, folder.resolve("dump"));
                Erasure erasure = truth.erasure(List.of());
                assertThat(erasure.user(ANN).complete()).isTrue();
                assertThat(erasure.memory(new MemoryId("one"))).isPresent();
            }
            server.putBack(schema, folder.resolve("dump"));
            try (SqlTruth unguarded = SqlTruth.open(place, Clock.systemUTC())) {
                assertThat(unguarded.users().user(ANN)).as("the dump holds it").isPresent();
                assertThat(unguarded.memories().memory(new MemoryId("one"))).isPresent();
            }
            assertThat(SqlTruth.beginEpoch(place, directory, Clock.systemUTC())).isPositive();
            try (SqlTruth marked = SqlTruth.open(place, Clock.systemUTC())) {
                assertThat(marked.users().user(ANN)).as("after the mark").isEmpty();
                assertThat(marked.memories().memory(new MemoryId("one"))).isEmpty();
                assertThat(marked.memories().memory(new MemoryId("two"))).isPresent();
            }
            try (SqlTruth truth = SqlTruth.open(place, directory, Clock.systemUTC());
                    Erasure erasure = truth.erasure(List.of())) {
                erasure.start();
                ErasureState state = erasure.latest(ANN).orElseThrow();
                assertThat(erasure.await(state.job(), Duration.ofSeconds(30)).orElseThrow())
                        .matches(ErasureState::ended);
                assertThat(truth.memories().states(new Subject.OfUser(BEN), null))
                        .hasSize(1);
            }
            server.putBack(schema, folder.resolve("dump"));
            try (SqlTruth truth = SqlTruth.open(place, directory, Clock.systemUTC())) {
                assertThat(truth.users().user(ANN))
                        .as("at open, without a mark")
                        .isEmpty();
            }
        }
    }
}
