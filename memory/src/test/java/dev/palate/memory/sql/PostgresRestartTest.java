package dev.palate.memory.sql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.palate.memory.MemoryException;
import dev.palate.memory.MemoryException.Code;
import dev.palate.memory.Page;
import dev.palate.memory.catalog.Item;
import dev.palate.memory.catalog.ItemId;
import dev.palate.memory.change.Change;
import dev.palate.memory.change.ChangeNumber;
import dev.palate.memory.conversation.Conversation;
import dev.palate.memory.conversation.Message;
import dev.palate.memory.conversation.Role;
import dev.palate.memory.conversation.TurnId;
import dev.palate.memory.user.UserId;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// A PostgreSQL server that crashes under writes: every caller is answered, what was acknowledged is there once.
@Timeout(180)
class PostgresRestartTest {
    private static final long SEED = Long.getLong("test.seed", 20260101L);
    private static final int WRITERS = 6;

    private final Set<String> acknowledged = ConcurrentHashMap.newKeySet();
    private final Set<String> items = ConcurrentHashMap.newKeySet();
    private final ConcurrentLinkedQueue<MemoryException> failures = new ConcurrentLinkedQueue<>();
    private final AtomicBoolean done = new AtomicBoolean();
    private final AtomicInteger attempts = new AtomicInteger();

    @Test
    void whatWasAcknowledgedIsThereOnceAfterThreeCrashes() throws Exception {
        SplittableRandom random = new SplittableRandom(SEED);
        try (PostgresServer server = PostgresServer.fresh();
                SqlTruth truth = SqlTruth.open(server.place("crash"), Clock.systemUTC());
                ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Conversation> talks = new ArrayList<>();
            List<Future<?>> writers = new ArrayList<>();
            for (int w = 0; w < WRITERS; w++) {
                Conversation talk = truth.conversations().start(new UserId("u" + w));
                talks.add(talk);
                writers.add(executor.submit(() -> write(truth, talk)));
            }
            try {
                for (int crash = 0; crash < 3; crash++) {
                    awaitAcknowledged(acknowledged.size() + 50 + random.nextInt(100), writers);
                    server.stop();
                    awaitFailures(failures.size() + WRITERS, writers);
                    server.start();
                }
                awaitAcknowledged(acknowledged.size() + 50, writers);
            } finally {
                done.set(true);
            }
            for (Future<?> writer : writers) {
                writer.get(60, TimeUnit.SECONDS);
            }
            lookForAll(truth, talks);
        }
        assertThat(failures)
                .as("seed %d", SEED)
                .extracting(MemoryException::code)
                .containsOnly(Code.STORAGE);
        Set<String> messages = new HashSet<>();
        failures.forEach(failure -> messages.add(String.valueOf(failure.getMessage())));
        assertThat(messages)
                .as("seed %d", SEED)
                .allMatch(message -> message.matches("the (connection to the )?database .* \\((08|57)...\\).*"));
    }

    /// Says new things without end; one that failed is not said again, since it may be there.
    private void write(SqlTruth truth, Conversation talk) {
        while (!done.get()) {
            String text = "message " + attempts.incrementAndGet();
            try {
                truth.conversations().append(talk.id(), new TurnId("t"), Role.USER, text, null, null);
                acknowledged.add(text);
                truth.catalog().put(TruthContract.item(text, "Film"));
                items.add(text);
            } catch (MemoryException e) {
                failures.add(e);
                LockSupport.parkNanos(2_000_000);
            }
        }
    }

    private void awaitAcknowledged(int count, List<Future<?>> writers) {
        await(() -> acknowledged.size() >= count, writers);
    }

    private void awaitFailures(int count, List<Future<?>> writers) {
        await(() -> failures.size() >= count, writers);
    }

    private void await(java.util.function.BooleanSupplier reached, List<Future<?>> writers) {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while (!reached.getAsBoolean()) {
            assertThat(writers).as("writers go on, seed %d", SEED).noneMatch(Future::isDone);
            assertThat(System.nanoTime())
                    .as("seed %d, failures %s", SEED, failures)
                    .isLessThan(end);
            LockSupport.parkNanos(1_000_000);
        }
    }

    /// A read under way when the server crashes, as the first one on a connection of before, is done
    /// again.
    @Test
    void aReadSurvivesACrashThatCutsItOff() {
        try (PostgresServer server = PostgresServer.fresh();
                SqlTruth truth = SqlTruth.open(server.place("reads"), Clock.systemUTC())) {
            truth.catalog().put(TruthContract.item("i1", "Alien"));
            AtomicInteger tries = new AtomicInteger();
            long found = truth.database().readAtOnce(handle -> {
                long before = count(handle);
                if (tries.incrementAndGet() == 1) {
                    server.stop();
                    server.start();
                }
                return before + count(handle);
            });
            assertThat(tries).hasValue(2);
            assertThat(found).isEqualTo(2);
        }
    }

    /// Connections that were used a moment ago are handed out unasked: each of them is gone at once here.
    @Test
    void theFirstReadsOnConnectionsThatAreGoneAreWell() throws Exception {
        try (PostgresServer server = PostgresServer.fresh();
                SqlTruth truth = SqlTruth.open(server.place("gone"), Clock.systemUTC());
                ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor()) {
            truth.catalog().put(TruthContract.item("i1", "Alien"));
            Database database = truth.database();
            for (int round = 0; round < 3; round++) {
                Set<Integer> backends = backends(database, executor);
                assertThat(backends).hasSize(Database.READERS);
                try (Connection other = server.connect("gone");
                        PreparedStatement kill = other.prepareStatement("select pg_terminate_backend(?, 5000)")) {
                    for (int backend : backends) {
                        kill.setInt(1, backend);
                        kill.executeQuery().close();
                    }
                }
                assertThat(truth.catalog().count()).isEqualTo(1);
                assertThat(backends(database, executor)).doesNotContainAnyElementsOf(backends);
                List<String> scanned = new ArrayList<>();
                truth.catalog().scan(item -> scanned.add(item.id().value()));
                assertThat(scanned).containsExactly("i1");
            }
        }
    }

    /// What was handed on cannot be taken back, so a scan that is cut off in its middle fails.
    @Test
    void aScanHandsNothingOnTwice() {
        try (PostgresServer server = PostgresServer.fresh();
                SqlTruth truth = SqlTruth.open(server.place("scan"), Clock.systemUTC())) {
            List<Item> many = IntStream.range(0, 5_000)
                    .mapToObj(i -> TruthContract.item("i" + i, "Film"))
                    .toList();
            truth.catalog().putAll(many);
            List<ItemId> seen = new ArrayList<>();
            assertThatThrownBy(() -> truth.catalog().scan(item -> {
                        seen.add(item.id());
                        if (seen.size() == 10) {
                            server.stop();
                            server.start();
                        }
                    }))
                    .isInstanceOf(MemoryException.class)
                    .hasMessageContaining("the connection to the database was lost");
            assertThat(seen).doesNotHaveDuplicates().hasSizeBetween(10, 4_999);
            assertThat(truth.catalog().count()).isEqualTo(5_000);
        }
    }

    private static long count(Handle handle) {
        return handle.createQuery("select count(*) from item").mapTo(Long.class).one();
    }

    /// The server's processes behind the reading connections, all in use at once.
    private static Set<Integer> backends(Database database, ExecutorService executor) throws Exception {
        CyclicBarrier all = new CyclicBarrier(Database.READERS);
        List<Future<Integer>> asked = new ArrayList<>();
        for (int reader = 0; reader < Database.READERS; reader++) {
            asked.add(executor.submit(() -> database.read(handle -> {
                int backend = handle.createQuery("select pg_backend_pid()")
                        .mapTo(Integer.class)
                        .one();
                try {
                    all.await(30, TimeUnit.SECONDS);
                } catch (Exception e) {
                    throw new IllegalStateException(e);
                }
                return backend;
            })));
        }
        Set<Integer> backends = new HashSet<>();
        for (Future<Integer> one : asked) {
            backends.add(one.get(60, TimeUnit.SECONDS));
        }
        return backends;
    }

    private void lookForAll(SqlTruth truth, List<Conversation> talks) {
        List<String> found = new ArrayList<>();
        for (Conversation talk : talks) {
            @Nullable String cursor = null;
            long sequence = 0;
            do {
                Page<Message> page = truth.conversations().messages(talk.id(), cursor, Page.MAX_LIMIT);
                for (Message message : page.items()) {
                    assertThat(message.sequence()).as("seed %d", SEED).isEqualTo(++sequence);
                    found.add(message.text());
                }
                cursor = page.nextCursor();
            } while (cursor != null);
        }
        assertThat(found).as("seed %d", SEED).doesNotHaveDuplicates().containsAll(acknowledged);
        long number = 0;
        for (Change change : truth.changes().after(ChangeNumber.NONE, 10_000)) {
            assertThat(change.number().value()).as("seed %d", SEED).isEqualTo(++number);
            assertThat(truth.catalog().item(new ItemId(change.id()))).isPresent();
        }
        assertThat(truth.catalog().count()).as("seed %d", SEED).isEqualTo(number);
        for (String item : items) {
            assertThat(truth.catalog().item(new ItemId(item)))
                    .as("%s, seed %d", item, SEED)
                    .isPresent();
        }
    }
}
