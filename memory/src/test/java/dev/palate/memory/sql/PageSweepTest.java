package dev.palate.memory.sql;

import static org.assertj.core.api.Assertions.assertThat;

import dev.palate.memory.erase.Erasure;
import dev.palate.memory.erase.ErasureReceipt;
import dev.palate.memory.memory.Actor;
import dev.palate.memory.memory.Evidence;
import dev.palate.memory.memory.Memories;
import dev.palate.memory.memory.Memory;
import dev.palate.memory.memory.MemoryFilter;
import dev.palate.memory.memory.MemoryId;
import dev.palate.memory.memory.Subject;
import dev.palate.memory.user.User;
import dev.palate.memory.user.UserId;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Pages are filled, split and emptied; then every byte of the file and of its log is looked through for the
/// words of
/// what was erased. The same without the sweep finds some.
@Timeout(300)
class PageSweepTest {
    private static final long SEED = Long.getLong("test.seed", 20_261_129L);
    private static final UserId ANN = TruthContract.ANN;
    private static final UserId BEN = TruthContract.BEN;
    private static final Subject OF_BEN = new Subject.OfUser(BEN);
    private static final Pattern WORD = Pattern.compile("zqw(ann|ben)\\d{6}z");

    @TempDir
    Path folder;

    private final Random random = new Random(SEED);
    private SqlTruth truth;

    @BeforeEach
    void open() {
        truth = SqlTruth.of(Database.open(new TruthPlace.File(file()), Clock.systemUTC()), Clock.systemUTC());
    }

    @AfterEach
    void close() {
        truth.close();
    }

    private Path file() {
        return folder.resolve("truth.db");
    }

    private Memory memory(UserId user, int number) {
        String word = "zqw" + user + String.format(java.util.Locale.ROOT, "%06d", number) + "z";
        // Ids in no order, so that pages split in their middle.
        String id = Integer.toHexString(Integer.reverse(number * 0x9E3779B1)) + user;
        return TruthContract.likes(id, user, "horror-" + id)
                .draft()
                .text("Likes films with " + word + ' ' + "and more of it ".repeat(random.nextInt(3)) + word)
                .build();
    }

    /// Memories of both, mixed. Then those of one grow, so that the pages of both are split in their middles.
    private void fill(int from, int to) {
        for (UserId user : List.of(ANN, BEN)) {
            truth.users().ensure(new User(user, "", Instant.EPOCH, false));
        }
        List<Memory> all = new ArrayList<>();
        for (int number = from; number < to; number++) {
            all.add(memory(BEN, number));
            all.add(memory(ANN, number));
        }
        Collections.shuffle(all, random);
        List<Memory> bens = new ArrayList<>();
        for (int at = 0; at < all.size(); at += 50) {
            List<Memory> part = all.subList(at, Math.min(all.size(), at + 50));
            List<Memory> kept = UsersFirst.of(truth)
                    .put(part.stream()
                            .map(memory -> new Memories.Write(memory, Actor.AGENT, "told"))
                            .toList());
            kept.stream().filter(memory -> memory.subject().equals(OF_BEN)).forEach(bens::add);
        }
        Collections.shuffle(bens, random);
        for (int at = 0; at < bens.size(); at += 50) {
            UsersFirst.of(truth)
                    .put(bens.subList(at, Math.min(bens.size(), at + 50)).stream()
                            .map(memory -> new Memories.Write(grown(memory), Actor.AGENT, "again"))
                            .toList());
        }
    }

    private Memory grown(Memory memory) {
        Evidence more = new Evidence("message", "m", "so I said at length ".repeat(45));
        return memory.draft().evidence(List.of(more)).build();
    }

    /// The words of a user that stand anywhere in the file or its log.
    private Set<String> words(UserId user) throws IOException {
        Set<String> found = new TreeSet<>();
        for (String name : List.of("truth.db", "truth.db-wal")) {
            Path path = folder.resolve(name);
            if (Files.exists(path)) {
                Matcher matcher = WORD.matcher(Files.readString(path, StandardCharsets.ISO_8859_1));
                while (matcher.find()) {
                    if (matcher.group(1).equals(user.value())) {
                        found.add(matcher.group());
                    }
                }
            }
        }
        return found;
    }

    private void sound(int ofBen) {
        assertThat(SqliteFile.findings(file())).isEmpty();
        long count = 0;
        String cursor = null;
        do {
            var page = truth.memories().page(new MemoryFilter(OF_BEN, Set.of(), Set.of(), null), cursor, 200);
            count += page.items().stream()
                    .filter(memory -> WORD.matcher(memory.text()).find())
                    .count();
            cursor = page.nextCursor();
        } while (cursor != null);
        assertThat(count).as("of Ben").isEqualTo(ofBen);
    }

    @Test
    void anErasureLeavesNoBytesInUnusedPartsOfPages() throws Exception {
        fill(0, 1_500);
        Erasure erasure = truth.erasure(List.of());
        erasure.begin(ANN);
        assertThat(truth.database().wipe(SqlErasure.tables()).done()).isTrue();
        assertThat(words(ANN))
                .as("what SQLite leaves when the rows are gone and the log is emptied")
                .isNotEmpty();
        ErasureReceipt receipt = erasure.memory(memoryOfBen()).orElseThrow();
        assertThat(receipt.places()).contains(new ErasureReceipt.Place(SqliteDialect.UNUSED, 0, 0));
        assertThat(receipt.notes()).anyMatch(note -> note.matches("unused bytes of [1-9]\\d* pages were overwritten"));
        assertThat(words(ANN)).isEmpty();
        sound(1_499);
        // The writer has no old page in its cache that it could write again.
        fill(2_000, 2_200);
        truth.erasure(List.of()).user(ANN);
        assertThat(words(ANN)).isEmpty();
        sound(1_699);
    }

    private MemoryId memoryOfBen() {
        return memory(BEN, 0).id();
    }

    @Test
    void pagesThatAreFreeAreCleanedToo() throws Exception {
        fill(0, 300);
        // Another program deletes without care.
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file());
                Statement statement = connection.createStatement()) {
            statement.execute("pragma secure_delete = off");
            statement.execute("create table aside as select * from memory");
            statement.execute("drop table aside");
            statement.execute("delete from memory_revision where subject_id = 'ann'");
        }
        truth.erasure(List.of()).user(ANN);
        assertThat(words(ANN)).isEmpty();
        sound(300);
    }

    /// Writers go on all the while, so pages are split before, while and after they are cleaned.
    @Test
    void nothingComesBackWhileOthersWrite() throws Exception {
        fill(0, 1_000);
        AtomicBoolean done = new AtomicBoolean();
        AtomicInteger next = new AtomicInteger(10_000);
        try (ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<Integer> writer = executor.submit(() -> {
                int written = 0;
                while (!done.get()) {
                    List<Memories.Write> writes = new ArrayList<>();
                    for (int i = 0; i < 20; i++) {
                        writes.add(new Memories.Write(memory(BEN, next.getAndIncrement()), Actor.AGENT, "meanwhile"));
                    }
                    written += UsersFirst.of(truth).put(writes).size();
                }
                return written;
            });
            Future<Long> reader = executor.submit(() -> {
                long read = 0;
                while (!done.get()) {
                    read += truth.memories().count();
                }
                return read;
            });
            try (Erasure erasure = truth.erasure(List.of())) {
                ErasureReceipt receipt = erasure.user(ANN);
                int tries = 0;
                while (receipt.places().stream()
                                .anyMatch(place -> place.name().equals(ErasureRun.LOG) && place.remaining() > 0)
                        && tries++ < 20) {
                    erasure.start();
                    receipt = erasure.await(new dev.palate.memory.job.JobId(receipt.id()), ErasureWorld.PATIENCE)
                            .flatMap(state -> java.util.Optional.ofNullable(state.receipt()))
                            .orElseThrow();
                }
                assertThat(receipt.complete()).as(receipt.toString()).isTrue();
                assertThat(words(ANN)).isEmpty();
            } finally {
                // Whatever fails: closing the executor waits for these two.
                done.set(true);
            }
            int written = writer.get(60, TimeUnit.SECONDS);
            reader.get(60, TimeUnit.SECONDS);
            assertThat(words(ANN)).isEmpty();
            sound(1_000 + written);
        }
    }
}
