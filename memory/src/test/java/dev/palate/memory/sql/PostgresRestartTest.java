package dev.palate.memory.sql;

import static org.assertj.core.api.Assertions.assertThat;

import dev.palate.memory.MemoryException;
import dev.palate.memory.MemoryException.Code;
import dev.palate.memory.Page;
import dev.palate.memory.catalog.ItemId;
import dev.palate.memory.change.Change;
import dev.palate.memory.change.ChangeNumber;
import dev.palate.memory.conversation.Conversation;
import dev.palate.memory.conversation.Message;
import dev.palate.memory.conversation.Role;
import dev.palate.memory.conversation.TurnId;
import dev.palate.memory.user.UserId;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
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
            for (int crash = 0; crash < 3; crash++) {
                awaitAcknowledged(acknowledged.size() + 50 + random.nextInt(100), writers);
                server.stop();
                awaitFailures(failures.size() + WRITERS, writers);
                server.start();
            }
            awaitAcknowledged(acknowledged.size() + 50, writers);
            done.set(true);
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

    /// A reading connection of before the crash fails once, at its first use; there are few.
    private static void awaitReads(SqlTruth truth, Conversation talk) {
        for (int read = 0; read < 2 * Database.READERS; read++) {
            try {
                truth.conversations().messages(talk.id(), null, 1);
            } catch (MemoryException e) {
                assertThat(e.code()).isEqualTo(Code.STORAGE);
            }
        }
    }

    private void lookForAll(SqlTruth truth, List<Conversation> talks) {
        awaitReads(truth, talks.getFirst());
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
