package dev.palate.agent.collaborative;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.palate.memory.derived.NoteFollower;
import dev.palate.memory.erase.Erasure;
import dev.palate.memory.interaction.Feedback;
import dev.palate.memory.interaction.Interaction;
import dev.palate.memory.memory.Actor;
import dev.palate.memory.memory.Evidence;
import dev.palate.memory.memory.Memories;
import dev.palate.memory.memory.Memory;
import dev.palate.memory.memory.MemoryId;
import dev.palate.memory.memory.MemoryKind;
import dev.palate.memory.memory.Slot;
import dev.palate.memory.memory.Subject;
import dev.palate.memory.memory.Trust;
import dev.palate.memory.sql.SqlTruth;
import dev.palate.memory.sql.TruthPlace;
import dev.palate.memory.theme.ThemeDelta;
import dev.palate.memory.theme.ThemePlan;
import dev.palate.memory.theme.ThemeVocabulary;
import dev.palate.memory.theme.ThemeWeight;
import dev.palate.memory.user.User;
import dev.palate.memory.user.UserId;
import java.lang.reflect.RecordComponent;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.Statement;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// What interactions tell reaches users, items and neighbours, once, and nothing but weights of themes does.
@Timeout(120)
class PropagationTest {
    private static final UserId ANN = new UserId("ann");
    private static final UserId BEN = new UserId("ben");

    @TempDir
    Path folder;

    private SqlTruth open(String name) {
        SqlTruth truth = SqlTruth.open(new TruthPlace.File(folder.resolve(name + ".db")), Clock.systemUTC());
        PropagationWorld.films(truth);
        return truth;
    }

    private static ThemeVocabulary vocabulary(SqlTruth truth) {
        return ThemeVocabulary.of(truth.catalog(), Set.of());
    }

    private static void append(SqlTruth truth, Interaction... interactions) {
        truth.interactions().append(List.of(interactions));
    }

    private static ThemeWeight weight(SqlTruth truth, Subject subject, String theme) {
        return truth.themes().of(subject, vocabulary(truth)).stream()
                .filter(weight -> weight.theme().value().equals(theme))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void anInteractionTellsOfUserItemAndEightNeighbours() throws Exception {
        try (SqlTruth truth = open("t")) {
            PropagationWorld.begin(truth);
            append(truth, PropagationWorld.interaction("a", ANN, 0, new Feedback.Liked(), 0));
            PropagationWorld.follow(truth);
            // Film 0 is horror and science fiction; of the audience nothing is known by a first event.
            Subject ann = new Subject.OfUser(ANN);
            assertThat(weight(truth, ann, "category:horror").own()).isEqualTo(500_000);
            assertThat(weight(truth, ann, "category:sci-fi").own()).isEqualTo(500_000);
            assertThat(truth.themes().itemsChangedAfter(0, 100)).isEmpty();

            append(truth, PropagationWorld.interaction("b", ANN, 20, new Feedback.Consumed(), 1));
            PropagationWorld.follow(truth);
            Subject film = new Subject.OfItem(PropagationWorld.item(20));
            assertThat(weight(truth, film, "category:horror"))
                    .satisfies(weight -> assertThat(weight.others()).isEqualTo(300_000))
                    .satisfies(weight -> assertThat(weight.contributors()).isEqualTo(1))
                    .satisfies(weight -> assertThat(weight.counted()).isZero());
            Subject second = new Subject.OfItem(PropagationWorld.item(22));
            assertThat(weight(truth, second, "category:horror").others()).isCloseTo(45_000, within(1L));
            assertThat(truth.themes().itemsChangedAfter(0, 100).stream()
                            .map(change -> change.item().value())
                            .distinct())
                    .hasSize(1 + ThemePlan.FAN_OUT);
        }
    }

    @Test
    void dislikeTellsOfTheUserOnly() throws Exception {
        try (SqlTruth truth = open("t")) {
            PropagationWorld.begin(truth);
            append(
                    truth,
                    PropagationWorld.interaction("a", ANN, 0, new Feedback.Liked(), 0),
                    PropagationWorld.interaction("b", ANN, 6, new Feedback.Disliked(), 1));
            PropagationWorld.follow(truth);
            assertThat(weight(truth, new Subject.OfUser(ANN), "category:horror").own())
                    .isZero();
            assertThat(truth.themes().itemsChangedAfter(0, 100)).isEmpty();
        }
    }

    /// The leakage test: who came first among the users leaves no trace.
    @Test
    void theOrderBetweenUsersDoesNotMatter() throws Exception {
        Map<UserId, List<Interaction>> doings = PropagationWorld.doings(10, 8, 7);
        List<String> digests = new ArrayList<>();
        for (int seed = 0; seed < 3; seed++) {
            List<UserId> turns = new ArrayList<>();
            doings.forEach((user, own) -> own.forEach(one -> turns.add(user)));
            Collections.sort(turns);
            Collections.shuffle(turns, new Random(seed));
            Map<UserId, AtomicInteger> next = new java.util.HashMap<>();
            try (SqlTruth truth = open("t" + seed)) {
                PropagationWorld.begin(truth);
                int done = 0;
                for (UserId user : turns) {
                    int at =
                            next.computeIfAbsent(user, _ -> new AtomicInteger()).getAndIncrement();
                    append(truth, doings.getOrDefault(user, List.of()).get(at));
                    if (++done % 20 == seed) {
                        PropagationWorld.follow(truth);
                    }
                }
                PropagationWorld.follow(truth);
                digests.add(truth.themes().digest());
            }
        }
        assertThat(digests).containsOnly(digests.getFirst());
    }

    @Test
    void whatWasThereBeforeIsCountedOnceAndReachesNoNeighbour() throws Exception {
        try (SqlTruth truth = open("t")) {
            PropagationWorld.doings(5, 10, 3)
                    .values()
                    .forEach(own -> truth.interactions().append(own));
            Set<String> had = Set.copyOf(PropagationWorld.doings(5, 10, 3).values().stream()
                    .flatMap(List::stream)
                    .map(one -> one.item().value())
                    .toList());
            PropagationWorld.follow(truth);
            String digest = truth.themes().digest();
            assertThat(truth.themes().itemsChangedAfter(0, 1_000))
                    .isNotEmpty()
                    .allSatisfy(change -> assertThat(had).contains(change.item().value()));
            new Propagation(PropagationWorld.parts(truth, new CountingPlanner())).everything(share -> {});
            assertThat(truth.themes().digest()).isEqualTo(digest);
        }
    }

    @Test
    void whatOnePersonGaveIsSubtractedByErasureAndOneInteractionByUndo() throws Exception {
        Map<UserId, List<Interaction>> doings = PropagationWorld.doings(8, 12, 11);
        try (SqlTruth truth = open("t")) {
            PropagationWorld.begin(truth);
            doings.values().forEach(own -> truth.interactions().append(own));
            PropagationWorld.follow(truth);
            String before = truth.themes().digest();
            append(
                    truth,
                    PropagationWorld.interaction("a", ANN, 3, new Feedback.Liked(), 0),
                    PropagationWorld.interaction("b", ANN, 9, new Feedback.Liked(), 1));
            PropagationWorld.follow(truth);
            String withAnn = truth.themes().digest();
            append(truth, PropagationWorld.interaction("c", BEN, 3, new Feedback.Liked(), 2));
            append(truth, PropagationWorld.interaction("d", ANN, 15, new Feedback.Liked(), 2));
            PropagationWorld.follow(truth);
            assertThat(truth.themes()
                            .undo(PropagationWorld.interaction("d", ANN, 15, new Feedback.Liked(), 2)
                                    .id()))
                    .isTrue();
            try (Erasure erasure = truth.erasure(List.of())) {
                erasure.user(BEN);
                assertThat(truth.themes().digest()).isEqualTo(withAnn);
                PropagationWorld.follow(truth);
                assertThat(truth.themes().digest()).isEqualTo(withAnn);
                erasure.user(ANN);
                assertThat(truth.themes().digest()).isEqualTo(before);
            }
        }
    }

    /// A user is erased while plans of hers are under way.
    @Test
    void anErasureBetweenPlanAndApplyWins() throws Exception {
        try (SqlTruth truth = open("t");
                Erasure erasure = truth.erasure(List.of())) {
            PropagationWorld.begin(truth);
            append(truth, PropagationWorld.interaction("b", BEN, 3, new Feedback.Liked(), 0));
            PropagationWorld.follow(truth);
            String before = truth.themes().digest();
            append(truth, PropagationWorld.interaction("a", ANN, 3, new Feedback.Liked(), 0));
            CountingPlanner counting = new CountingPlanner();
            try (NoteFollower follower = PropagationWorld.follower(truth, occasion -> {
                if (occasion.interaction().user().equals(ANN)) {
                    erasure.user(ANN);
                }
                return counting.plan(occasion);
            })) {
                follower.start();
                assertThat(follower.await(Duration.ofSeconds(60))).isTrue();
            }
            assertThat(truth.themes().digest()).isEqualTo(before);
        }
    }

    /// A plan that names what it was not shown changes exactly what it was shown.
    @Test
    void whatAPlannerWasNotShownIsLeftOut() throws Exception {
        try (SqlTruth truth = open("t")) {
            PropagationWorld.begin(truth);
            append(truth, PropagationWorld.interaction("a", ANN, 0, new Feedback.Liked(), 0));
            try (NoteFollower follower = PropagationWorld.follower(
                    truth,
                    occasion -> new ThemePlan(
                            occasion.interaction().id(),
                            occasion.interaction().user(),
                            occasion.interaction().item(),
                            Stream.of(0, 1, 8, 9, 50)
                                    .map(film -> new ThemeDelta(
                                            new Subject.OfItem(PropagationWorld.item(film)),
                                            occasion.themes().getFirst(),
                                            1_000))
                                    .toList()))) {
                follower.start();
                assertThat(follower.await(Duration.ofSeconds(60))).isTrue();
            }
            assertThat(truth.themes().itemsChangedAfter(0, 100))
                    .extracting(change -> change.item().value())
                    .containsExactlyInAnyOrder("film0", "film1", "film8");
        }
    }

    @Test
    void twoHundredAtOnceOnOneItemGiveWhatTheyGiveOneByOne() throws Exception {
        List<Interaction> before = new ArrayList<>();
        List<Interaction> liked = new ArrayList<>();
        for (int u = 0; u < 200; u++) {
            UserId user = new UserId("user" + u);
            before.add(PropagationWorld.interaction("b" + u, user, u % 60, new Feedback.Liked(), 0));
            liked.add(PropagationWorld.interaction("l" + u, user, 3, new Feedback.Liked(), 1));
        }
        String oneByOne;
        try (SqlTruth truth = open("one")) {
            PropagationWorld.begin(truth);
            truth.interactions().append(before);
            PropagationWorld.follow(truth);
            liked.forEach(one -> append(truth, one));
            PropagationWorld.follow(truth);
            oneByOne = truth.themes().digest();
        }
        try (SqlTruth truth = open("at once")) {
            PropagationWorld.begin(truth);
            truth.interactions().append(before);
            CountDownLatch go = new CountDownLatch(1);
            try (NoteFollower follower = PropagationWorld.follower(truth, new CountingPlanner());
                    ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
                follower.start();
                List<Future<?>> writes = new ArrayList<>();
                for (Interaction one : liked) {
                    writes.add(threads.submit(() -> {
                        go.await();
                        append(truth, one);
                        return null;
                    }));
                }
                go.countDown();
                for (Future<?> write : writes) {
                    write.get(60, TimeUnit.SECONDS);
                }
                assertThat(follower.await(Duration.ofSeconds(60))).isTrue();
            }
            assertThat(truth.themes().of(new Subject.OfItem(PropagationWorld.item(3)), vocabulary(truth)))
                    .anySatisfy(weight -> assertThat(weight.contributors()).isGreaterThan(50));
            assertThat(truth.themes().digest()).isEqualTo(oneByOne);
        }
    }

    /// With more waiting than the limit, neighbours get nothing.
    @Test
    void underPressureItOnlyCounts() throws Exception {
        try (SqlTruth truth = open("t")) {
            PropagationWorld.begin(truth);
            Queue<Integer> reached = new ConcurrentLinkedQueue<>();
            CountingPlanner counting = new CountingPlanner();
            List<Interaction> many = new ArrayList<>();
            for (int i = 0; i < Propagation.MOST_WAITING + 200; i++) {
                many.add(PropagationWorld.interaction("i" + i, ANN, i % 60, new Feedback.Viewed(), i));
            }
            truth.interactions().append(many);
            try (NoteFollower follower = PropagationWorld.follower(truth, occasion -> {
                reached.add(occasion.neighbours().size());
                return counting.plan(occasion);
            })) {
                follower.start();
                assertThat(follower.await(Duration.ofSeconds(90))).isTrue();
            }
            List<Integer> inOrder = List.copyOf(reached);
            assertThat(inOrder).hasSize(many.size());
            assertThat(inOrder.getFirst()).isZero();
            assertThat(inOrder.getLast()).isEqualTo(ThemePlan.FAN_OUT);
        }
    }

    /// Sentences of everybody are everywhere, and none of them in what is shared: neither in the tables nor in what a
    /// planner sees, whose types hold no text but ids.
    @Test
    void nobodysSentenceGetsIn() throws Exception {
        String canary = "zqxjkvw";
        List<String> seen = new ArrayList<>();
        try (SqlTruth truth = open("t")) {
            PropagationWorld.begin(truth);
            for (int u = 0; u < 6; u++) {
                UserId user = new UserId("user" + u);
                truth.users().put(new User(user, canary + " name", Instant.now(), false));
                Memory memory = Memory.fresh(
                        new MemoryId("m" + u),
                        new Subject.OfUser(user),
                        MemoryKind.PREFERENCE,
                        "loves " + canary + " films and category:horror",
                        1,
                        Trust.STATED,
                        new Slot("theme", canary),
                        List.of(new Evidence("message", "msg" + u, "I love " + canary)),
                        Instant.now());
                truth.memories().put(List.of(new Memories.Write(memory, Actor.AGENT, canary)));
                append(
                        truth,
                        PropagationWorld.interaction("x" + u, user, 3, new Feedback.Liked(), 0),
                        PropagationWorld.interaction("y" + u, user, 4, new Feedback.Liked(), 1));
            }
            CountingPlanner counting = new CountingPlanner();
            try (NoteFollower follower = PropagationWorld.follower(truth, occasion -> {
                seen.add(occasion.toString());
                return counting.plan(occasion);
            })) {
                follower.start();
                assertThat(follower.await(Duration.ofSeconds(60))).isTrue();
            }
            assertThat(weight(truth, new Subject.OfItem(PropagationWorld.item(4)), "category:comedy")
                            .counted())
                    .isPositive();
        }
        assertThat(seen).hasSize(12).noneMatch(text -> text.contains(canary));
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + folder.resolve("t.db"));
                Statement statement = connection.createStatement()) {
            assertThat(found(statement, "memory", canary)).isPositive();
            for (String table : List.of("theme_plan", "theme_user", "theme_share", "theme_weight")) {
                assertThat(found(statement, table, canary)).as(table).isZero();
            }
        }
        // By construction: what a plan is made of has no text.
        for (RecordComponent part : ThemeDelta.class.getRecordComponents()) {
            assertThat(part.getType()).isNotEqualTo(String.class);
        }
        for (RecordComponent part : ThemePlan.class.getRecordComponents()) {
            assertThat(part.getType()).isNotEqualTo(String.class);
        }
        assertThat(dev.palate.memory.theme.ThemeId.class.getConstructors()).isEmpty();
    }

    private static int found(Statement statement, String table, String canary) throws Exception {
        int found = 0;
        try (ResultSet rows = statement.executeQuery("select * from " + table)) {
            int columns = rows.getMetaData().getColumnCount();
            boolean any = false;
            while (rows.next()) {
                any = true;
                for (int column = 1; column <= columns; column++) {
                    found += String.valueOf(rows.getString(column)).contains(canary) ? 1 : 0;
                }
            }
            assertThat(any).as("%s has rows", table).isTrue();
        }
        return found;
    }
}
