package dev.palate.memory.kill;

import static org.assertj.core.api.Assertions.assertThat;

import dev.palate.memory.Milestone;
import dev.palate.memory.Page;
import dev.palate.memory.index.IndexAgreement;
import dev.palate.memory.index.IndexCheck;
import dev.palate.memory.memory.Evidence;
import dev.palate.memory.memory.Memories;
import dev.palate.memory.memory.Memory;
import dev.palate.memory.memory.MemoryFilter;
import dev.palate.memory.memory.MemoryId;
import dev.palate.memory.memory.MemoryKind;
import dev.palate.memory.memory.MemoryStatus;
import dev.palate.memory.memory.Subject;
import dev.palate.memory.memory.Trust;
import dev.palate.memory.sql.DataDirectory;
import dev.palate.memory.sql.SqliteFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Opens a copy of what a kill left, so that the next victim finds it as it was, lets it come to rest, and looks at
/// it.
final class KillCheck {
    private static final Duration LATE = Duration.ofSeconds(5);
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Pattern WORD = Pattern.compile("zqw\\d+x\\d+x\\d+k");
    private static final MemoryFilter ALL = new MemoryFilter(null, Set.of(), Set.of(), null);

    private final Acknowledged acknowledged;
    private final Path copy;

    KillCheck(Acknowledged acknowledged, Path copy) {
        this.acknowledged = acknowledged;
        this.copy = copy;
    }

    void look(Life life, String when) throws Exception {
        copy(life.data(), copy);
        long reached = number("select change_number from counter");
        boolean followed = followed();
        Set<String> ended = new HashSet<>();
        AtomicInteger rebuilt = new AtomicInteger();
        Milestone.watch(point -> rebuilt.addAndGet(point == Milestone.REBUILDING ? 1 : 0));
        try (DataDirectory directory = DataDirectory.open(copy);
                Store store = Store.open(directory, life.encoder(), life.format())) {
            boolean changing = store.index().status().changingEncoder();
            store.erasure().start();
            awaitErasures(when);
            expire(store, when).forEach(memory -> ended.add(memory.id().value()));
            store.consumer().start();
            assertThat(store.consumer().await(PATIENCE))
                    .as("consumer caught up, %s, %s", when, store.consumer().status())
                    .isTrue();
            store.consumer().close();
            assertThat(store.index().awaitEncoded(PATIENCE))
                    .as("index caught up, %s, %s", when, store.index().status())
                    .isTrue();
            awaitChange(store, when);
            if (followed && !changing) {
                assertThat(rebuilt.get())
                        .as("parts built anew without need, %s", when)
                        .isZero();
            }
            agree(store, when);
            asACleanPassWould(store, when);
            // What was forgotten for it.
            awaitErasures(when);
        } finally {
            Milestone.watch(null);
        }
        assertThat(SqliteFile.findings(copy.resolve("truth.db"))).as(when).isEmpty();
        Found found = Found.in(copy.resolve("truth.db"));
        found.withoutNewest(ended);
        acknowledged.check(found, reached, when);
        lookForTexts(when);
        delete(copy);
    }

    /// Sets to expired, in the copy, what the victim had no time to: what is derived would else depend on the moment.
    ///
    /// @return what was set here
    private static List<Memory> expire(Store store, String when) {
        Instant all = Instant.now().plusMillis(2L * Writer.LONGEST_TIME_MILLIS);
        List<Memory> expired = new ArrayList<>();
        List<Memory> some;
        do {
            some = store.tiered().expire(all, 100);
            expired.addAll(some);
        } while (!some.isEmpty());
        each(store, memory -> memory.validTo() != null, memory -> {
            if (memory.status() == MemoryStatus.EXPIRED) {
                assertThat(store.truth().memories().history(memory.id()).stream()
                                .filter(revision -> revision.cause().equals(Memories.ENDED)))
                        .as("revisions that end %s, %s", memory.id(), when)
                        .hasSize(1);
            } else {
                assertThat(memory.status()).as("%s, %s", memory.id(), when).isNotEqualTo(MemoryStatus.ACTIVE);
            }
        });
        return expired;
    }

    /// Whether the index can go on from its commits: one made during a rebuild, as by an erasure, says that it is
    /// to go on.
    private boolean followed() throws SQLException {
        long epoch = number("select value from meta where name = 'epoch'");
        return Stream.of("items", "memories")
                .allMatch(index -> IndexCheck.lastCommit(copy.resolve("index").resolve(index))
                        .filter(commit -> commit.epoch() == epoch && commit.whole())
                        .isPresent());
    }

    /// 0 where there are no tables yet.
    private long number(String sql) throws SQLException {
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + copy.resolve("truth.db"));
                Statement statement = connection.createStatement();
                ResultSet result = statement.executeQuery(sql)) {
            return result.next() ? result.getLong(1) : 0;
        }
    }

    private void awaitErasures(String when) throws SQLException {
        long end = System.nanoTime() + PATIENCE.toNanos();
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + copy.resolve("truth.db"));
                Statement statement = connection.createStatement()) {
            while (true) {
                try (ResultSet result = statement.executeQuery("select count(*) from erasure where ended_at is null")) {
                    result.next();
                    if (result.getLong(1) == 0) {
                        return;
                    }
                    assertThat(System.nanoTime())
                            .as("%d erasures still under way, %s", result.getLong(1), when)
                            .isLessThan(end);
                }
                LockSupport.parkNanos(5_000_000);
            }
        }
    }

    private static void awaitChange(Store store, String when) {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (store.index().status().changingEncoder()
                || store.index().status().rewriteProgress() < 1) {
            assertThat(System.nanoTime())
                    .as("%s, %s", when, store.index().status())
                    .isLessThan(end);
            LockSupport.parkNanos(5_000_000);
        }
    }

    /// A memory that the consumer made.
    ///
    /// @param sentences of its text, in no order: two memories of the same moment may be told in either
    private record Derived(Subject subject, MemoryKind kind, Set<String> sentences, Set<Evidence> evidence) {
        static Derived of(Memory memory) {
            return new Derived(
                    memory.subject(),
                    memory.kind(),
                    Set.of(memory.text().split("(?<=[.])", -1)).stream()
                            .map(String::strip)
                            .collect(Collectors.toSet()),
                    Set.copyOf(memory.evidence()));
        }
    }

    /// What was derived bit by bit, over kills, is what deriving everything from nothing gives.
    private static void asACleanPassWould(Store store, String when) {
        Set<Derived> before = derived(store, true);
        assertThat(derived(store, false))
                .as("derived after a clean pass, %s", when)
                .isEqualTo(before);
    }

    /// @param asItIs false to forget all of it and derive it anew before
    private static Set<Derived> derived(Store store, boolean asItIs) {
        if (!asItIs) {
            each(store, KillCheck::isDerived, memory -> store.tiered().forget(memory.id()));
            store.derivations().everything(share -> {});
        }
        Set<Derived> derived = new HashSet<>();
        each(store, KillCheck::isDerived, memory -> derived.add(Derived.of(memory)));
        return derived;
    }

    private static boolean isDerived(Memory memory) {
        return memory.kind() == MemoryKind.PROFILE
                || memory.subject() instanceof Subject.OfItem
                        && (memory.kind() == MemoryKind.TRAIT || memory.trust() == Trust.BEHAVIOUR);
    }

    private static void each(Store store, Predicate<Memory> like, Consumer<Memory> consumer) {
        List<Memory> all = new ArrayList<>();
        @Nullable String cursor = null;
        do {
            Page<Memory> page = store.truth().memories().page(ALL, cursor, Page.MAX_LIMIT);
            all.addAll(page.items());
            cursor = page.nextCursor();
        } while (cursor != null);
        all.stream().filter(like).forEach(consumer);
    }

    /// The index and the packs hold what the truth holds.
    private static void agree(Store store, String when) {
        assertThat(store.index().status().failure()).as(when).isNull();
        Map<String, String> items = new HashMap<>();
        store.truth().catalog().scan(item -> items.put(item.id().value(), IndexAgreement.key(item)));
        assertThat(IndexAgreement.items(store.index())).as("items, %s", when).isEqualTo(items);
        Map<String, String> memories = new HashMap<>();
        Map<Subject, Set<String>> active = new HashMap<>();
        @Nullable String cursor = null;
        List<MemoryId> ids = new ArrayList<>();
        Set<String> over = new HashSet<>();
        do {
            Page<Memory> page = store.truth().memories().page(ALL, cursor, Page.MAX_LIMIT);
            for (Memory memory : page.items()) {
                ids.add(memory.id());
                memories.put(memory.id().value(), IndexAgreement.key(memory));
                if (memory.status() == MemoryStatus.SUPERSEDED || memory.status() == MemoryStatus.EXPIRED) {
                    over.add(memory.id().value());
                }
                if (memory.status() == MemoryStatus.ACTIVE) {
                    active.computeIfAbsent(memory.subject(), subject -> new HashSet<>())
                            .add(memory.id().value());
                }
            }
            cursor = page.nextCursor();
        } while (cursor != null);
        Map<String, String> indexed = IndexAgreement.memories(store.index());
        boolean late = !indexed.equals(memories) && agreesLater(store, memories);
        assertThat(indexed)
                .as("memories, the index %s, %s", late ? "said too early that it has all" : "has lost some", when)
                .isEqualTo(memories);
        Set<String> warm = new HashSet<>(memories.keySet());
        warm.removeAll(over);
        store.truth().coldMemories().among(ids).forEach(cold -> warm.remove(cold.value()));
        assertThat(IndexAgreement.memoriesWithVector(store.index()))
                .as("memories with a vector, %s", when)
                .isEqualTo(warm);
        active.forEach((subject, of) -> {
            var pack = store.tiered().pack(subject);
            assertThat(pack.memories())
                    .as("pack of %s, %s", subject, when)
                    .extracting(memory -> memory.id().value())
                    .containsExactlyInAnyOrderElementsOf(of);
            assertThat(pack.complete()).as("pack of %s, %s", subject, when).isTrue();
        });
    }

    /// Tells late from lost.
    private static boolean agreesLater(Store store, Map<String, String> memories) {
        LockSupport.parkNanos(LATE.toNanos());
        return IndexAgreement.memories(store.index()).equals(memories);
    }

    /// No file holds the words of what was erased, the unused bytes of the database's pages included.
    private void lookForTexts(String when) throws IOException {
        Map<String, String> gone = new HashMap<>();
        acknowledged.goneTexts().forEach((text, thing) -> {
            Matcher matcher = WORD.matcher(text);
            if (matcher.find()) {
                gone.put(matcher.group(), thing);
            }
        });
        try (Stream<Path> files = Files.walk(copy)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                Matcher matcher = WORD.matcher(Files.readString(file, StandardCharsets.ISO_8859_1));
                while (matcher.find()) {
                    assertThat(gone.get(matcher.group()))
                            .as("erased and in %s: %s, %s", copy.relativize(file), matcher.group(), when)
                            .isNull();
                }
            }
        }
    }

    static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> files = Files.walk(from)) {
            for (Path file : files.toList()) {
                Path target = to.resolve(from.relativize(file).toString());
                if (Files.isDirectory(file)) {
                    Files.createDirectories(target);
                } else {
                    Files.copy(file, target);
                }
            }
        }
    }

    static void delete(Path folder) throws IOException {
        if (Files.exists(folder)) {
            try (Stream<Path> files = Files.walk(folder)) {
                for (Path file :
                        files.sorted(java.util.Comparator.reverseOrder()).toList()) {
                    Files.delete(file);
                }
            }
        }
    }
}
