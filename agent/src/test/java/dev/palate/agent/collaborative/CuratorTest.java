package dev.palate.agent.collaborative;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.palate.agent.AgentException;
import dev.palate.agent.domain.BadRuleException;
import dev.palate.agent.domain.DomainPackFile;
import dev.palate.agent.domain.DomainRule;
import dev.palate.agent.domain.Likeness;
import dev.palate.memory.catalog.Item;
import dev.palate.memory.catalog.ItemId;
import dev.palate.memory.derived.NoteFollower;
import dev.palate.memory.erase.Erasure;
import dev.palate.memory.memory.Slot;
import dev.palate.memory.text.EncodingVersion;
import dev.palate.memory.text.HashingEncoder;
import dev.palate.memory.text.TextEncoder;
import dev.palate.memory.theme.ThemesInForce;
import dev.palate.memory.user.UserId;
import java.lang.reflect.RecordComponent;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Who is read for a user: those that the rule prefers, enough of either kind, and of each nothing but themes.
@Timeout(120)
class CuratorTest {
    private static final UserId ANN = new UserId("ann");

    @TempDir
    Path folder;

    private SharedWorld world;

    @BeforeEach
    void open() throws Exception {
        world = new SharedWorld(folder.resolve("data"));
        PropagationWorld.begin(world.truth);
    }

    @AfterEach
    void close() {
        world.close();
    }

    private static List<UserId> users(int from, int count) {
        return IntStream.range(from, from + count)
                .mapToObj(user -> new UserId("user" + user))
                .toList();
    }

    @Test
    void nobodyIsReadForSomebodyUnknownAndItemsAloneForTheFirst() throws Exception {
        assertThat(world.curated(new UserId("nobody")).neighbourhood().members())
                .isEmpty();
        world.like(List.of(ANN), 1, 2, 3);
        world.follow();
        Curated curated = world.curated(ANN);
        assertThat(curated.neighbourhood().users()).isZero();
        assertThat(curated.neighbourhood().items()).isEqualTo(3);
        assertThat(curated.own()).isNotEmpty();
    }

    /// Twenty others share two films each: four users and six items at least, sixteen in all.
    @Test
    void enoughOfEitherKindAreRead() throws Exception {
        world.like(List.of(ANN), IntStream.range(0, 20).toArray());
        for (int user = 0; user < 20; user++) {
            world.like(users(user, 1), user % 20, (user + 1) % 20);
        }
        world.follow();
        for (DomainRule rule : DomainPackFile.films().rules()) {
            Neighbourhood chosen =
                    world.curator.curate(ANN, rule, SharedWorld.NOW).neighbourhood();
            assertThat(chosen.members()).as(rule.name()).hasSize(Curator.MOST);
            assertThat(chosen.users()).as(rule.name()).isGreaterThanOrEqualTo(Curator.FEWEST_USERS);
            assertThat(chosen.items()).as(rule.name()).isGreaterThanOrEqualTo(Curator.FEWEST_ITEMS);
            assertThat(chosen.members())
                    .extracting(Neighbourhood.Member::score)
                    .isSortedAccordingTo(java.util.Comparator.reverseOrder());
            assertThat(chosen.rule()).isEqualTo(rule.version());
        }
    }

    /// Of a long history older items are looked at too: the newest 24 alone would find only one of the two.
    @Test
    void whoSharesOnlyOlderItemsIsFound() throws Exception {
        int films = PropagationWorld.ITEMS;
        assertThat(films).isGreaterThan(30);
        world.like(List.of(ANN), IntStream.range(0, films).toArray());
        world.like(users(0, 1), IntStream.range(0, films - 25).toArray());
        world.like(users(1, 1), IntStream.range(films - 5, films).toArray());
        world.follow();
        Curated curated = world.curated(ANN);
        assertThat(curated.neighbourhood().users()).isEqualTo(2);
        assertThat(curated.candidates().stream()
                        .map(Curated.Candidate::likeness)
                        .filter(likeness -> likeness.kind() == DomainRule.Kind.USER)
                        .map(likeness -> likeness.co()))
                .as("older ones one after the other, the newest all")
                .allMatch(shared -> shared >= 2 && shared <= 8);
    }

    /// A rule's condition on `co` of items knows of likers of each of the 32 items that are compared, also of those
    /// by whom no users are looked for.
    @Test
    void theLikersOfEveryItemThatIsComparedAreCounted() throws Exception {
        int films = PropagationWorld.ITEMS;
        int back = 20;
        world.like(List.of(ANN), IntStream.range(0, films).toArray());
        world.like(users(0, 3), films - back);
        world.like(users(3, Curator.SHARERS + 5), films - 1);
        world.follow();
        List<Curated.Candidate> candidates = world.curated(ANN).candidates();
        assertThat(co(candidates, "I" + back)).isEqualTo(3);
        assertThat(co(candidates, "I1")).as("the newest 48 of 53").isEqualTo(Curator.SHARERS);
        assertThat(co(candidates, "I2")).isZero();
        assertThat(candidates.stream().filter(one -> one.handle().startsWith("U")))
                .as("users are looked for by 24 items, of which the 20th newest is none")
                .allMatch(one -> one.likeness().edge() == 0.0417)
                .hasSize(Curator.MOST_CANDIDATES);
    }

    private static int co(List<Curated.Candidate> candidates, String handle) {
        return candidates.stream()
                .filter(one -> one.handle().equals(handle))
                .findFirst()
                .orElseThrow()
                .likeness()
                .co();
    }

    /// The real vectors: an item whose themes are those of the user's memories and history is nearer than another.
    @Test
    void themesAndMemoriesMakeSomebodyNearer() throws Exception {
        // Films 6 and 0 are horror and something else, film 9 is comedy and musical.
        world.like(List.of(ANN), 6, 0, 9);
        world.remember(ANN, "horror", 1, new Slot("genre", "horror"));
        world.index.awaitApplied(world.truth.changes().latest(), Duration.ofSeconds(20));
        world.follow();
        Curated curated = world.curated(ANN);
        List<Likeness> items =
                curated.candidates().stream().map(Curated.Candidate::likeness).toList();
        assertThat(items).hasSize(3);
        Likeness comedy = items.get(0);
        Likeness horror = items.get(1);
        assertThat(horror.mem()).isGreaterThan(0.3).isGreaterThan(comedy.mem());
        assertThat(horror.meta()).isGreaterThan(0.5).isGreaterThan(comedy.meta());
        assertThat(items).extracting(Likeness::edge).containsExactly(1.0, 0.6667, 0.3333);
        // Against it the memory takes nearness away.
        world.remember(ANN, "hates horror, never horror", -1, new Slot("tag", "horror"));
        world.remember(ANN, "no horror", -1, new Slot("tag", "horrors"));
        assertThat(world.curated(ANN).candidates().get(1).likeness().mem()).isLessThan(horror.mem());
    }

    @Test
    void theSameStateGivesTheSameAndSoDoesTheChoiceByItself() throws Exception {
        SplittableRandom random = new SplittableRandom(9);
        for (int user = 0; user < 60; user++) {
            world.like(
                    users(user, 1),
                    random.ints(8, 0, PropagationWorld.ITEMS).distinct().toArray());
        }
        world.follow();
        for (UserId user : users(0, 60)) {
            Curated one = world.curated(user);
            world.histories.forget(user);
            assertThat(world.curated(user)).isEqualTo(one);
            assertThat(Curated.choose(one.rule(), one.candidates())).isEqualTo(one.neighbourhood());
            assertThat(one.candidates()).hasSizeLessThanOrEqualTo(2 * Curator.MOST_CANDIDATES);
        }
    }

    /// Many have had everything: what is looked at stays bounded.
    @Test
    void oneWhoSharesMuchWithMuchIsReadWithinBounds() throws Exception {
        int[] all = IntStream.range(0, PropagationWorld.ITEMS).toArray();
        world.like(users(0, 120), 50, 51, 52, 53, 54);
        world.like(List.of(ANN), all);
        world.follow();
        Curated curated = world.curated(ANN);
        assertThat(curated.candidates()).hasSize(2 * Curator.MOST_CANDIDATES);
        assertThat(curated.neighbourhood().members()).hasSize(Curator.MOST);
    }

    /// Two hundred like one film at once, the propagation goes on, and four read all the while: nothing is lost, and
    /// the same is read afterwards as where it was done one by one.
    @Test
    void readingDisturbsNothingAndLosesNothing() throws Exception {
        List<UserId> all = users(0, 200);
        world.like(List.of(ANN), 3, 4, 5);
        for (UserId user : all) {
            world.like(List.of(user), Integer.parseInt(user.value().substring(4)) % 50 + 6);
        }
        world.follow();
        AtomicInteger read = new AtomicInteger();
        AtomicBoolean over = new AtomicBoolean();
        // Threads of their own: readers that never wait would keep virtual ones' carriers from the writers for ever.
        try (ExecutorService readers = Executors.newFixedThreadPool(4);
                ExecutorService writers = Executors.newVirtualThreadPerTaskExecutor();
                NoteFollower follower = PropagationWorld.follower(world.truth, new CountingPlanner())) {
            follower.start();
            List<Future<?>> reads = new ArrayList<>();
            try {
                for (int i = 0; i < 4; i++) {
                    reads.add(readers.submit(() -> {
                        while (!over.get()) {
                            assertThat(world.curated(ANN).neighbourhood().members())
                                    .hasSizeLessThanOrEqualTo(Curator.MOST);
                            read.incrementAndGet();
                        }
                    }));
                }
                List<Future<?>> writes = new ArrayList<>();
                for (UserId user : all) {
                    writes.add(writers.submit(() -> world.like(List.of(user), 3)));
                }
                for (Future<?> write : writes) {
                    write.get(60, TimeUnit.SECONDS);
                }
                assertThat(follower.await(Duration.ofSeconds(60))).isTrue();
            } finally {
                over.set(true);
            }
            for (Future<?> reader : reads) {
                reader.get(60, TimeUnit.SECONDS);
            }
        }
        assertThat(read.get()).isPositive();
        try (SharedWorld one = new SharedWorld(folder.resolve("one by one"))) {
            PropagationWorld.begin(one.truth);
            one.like(List.of(ANN), 3, 4, 5);
            for (UserId user : all) {
                one.like(List.of(user), Integer.parseInt(user.value().substring(4)) % 50 + 6);
            }
            one.follow();
            for (UserId user : all) {
                one.like(List.of(user), 3);
            }
            one.follow();
            assertThat(world.truth.themes().digest())
                    .isEqualTo(one.truth.themes().digest());
        }
    }

    @Test
    void whoWasErasedIsNotRead() throws Exception {
        world.like(List.of(ANN), 1, 2, 3);
        world.like(users(0, 6), 1, 2, 7);
        world.follow();
        assertThat(world.curated(ANN).neighbourhood().users()).isEqualTo(6);
        try (Erasure erasure = world.truth.erasure(List.of(world.memories.erasurePlace()))) {
            erasure.user(new UserId("user3"));
        }
        assertThat(world.curated(ANN).neighbourhood().users()).isEqualTo(5);
    }

    /// What users say counts with five of them, what an item's catalog entry says at once.
    @Test
    void whatFourUsersSayDoesNotCount() throws Exception {
        world.like(List.of(ANN), 1);
        world.like(users(0, 4), 1, 5);
        world.follow();
        Neighbourhood four = world.curated(ANN).neighbourhood();
        assertThat(four.users()).isEqualTo(4);
        assertThat(CountedThemes.of(four).values())
                .allSatisfy(counted -> assertThat(counted.handles()).allMatch(handle -> handle.startsWith("I")));
        world.like(users(4, 1), 1, 5);
        world.follow();
        assertThat(CountedThemes.of(world.curated(ANN).neighbourhood()).values())
                .anySatisfy(counted -> assertThat(counted.handles()).contains("U1", "U2", "U3", "U4", "U5"));
    }

    /// By construction: a member has a handle, a score, and themes with weights; a theme comes from the vocabulary.
    @Test
    void aMemberHasNoFieldForAnythingElse() {
        assertThat(Neighbourhood.Member.class.getRecordComponents())
                .extracting(RecordComponent::getName)
                .containsExactly("handle", "score", "themes");
        assertThat(Neighbourhood.Share.class.getRecordComponents())
                .extracting(RecordComponent::getType)
                .containsExactly(dev.palate.memory.theme.ThemeId.class, double.class);
        assertThatThrownBy(() -> new Neighbourhood.Member("ann", 1, List.of())).hasMessageContaining("[UI]");
        assertThat(Curated.Candidate.class.getRecordComponents())
                .extracting(RecordComponent::getName)
                .containsExactly("handle", "likeness", "themes");
    }

    @Test
    void aRuleIsPreviewedOnTwentyAndThenPutIntoForce() throws Exception {
        for (int user = 0; user < 30; user++) {
            world.like(users(user, 1), user, user + 1, user + 2, user + 3);
        }
        world.follow();
        Path file = world.rule();
        RuleDesk desk = desk(file);
        assertThat(desk.inForce().name()).isEqualTo("steady");
        DomainRule rule =
                new DomainRule("users-first", List.of(new DomainRule.Multiply(DomainRule.Kind.ITEM, List.of(), 0.1)));
        assertThatThrownBy(() -> desk.activate(rule.version()))
                .isInstanceOf(BadRuleException.class)
                .hasMessageContaining("preview the rule first");
        RuleDesk.Preview preview = desk.preview(rule);
        assertThat(preview.complete()).isTrue();
        assertThat(preview.inForce()).startsWith("steady@");
        assertThat(preview.users()).hasSize(RuleDesk.PREVIEWED);
        assertThat(preview.users()).allSatisfy(one -> {
            assertThat(one.users() + one.items()).isLessThanOrEqualTo(Math.min(one.candidates(), Curator.MOST));
            assertThat(one.kept()).isLessThanOrEqualTo(one.users() + one.items());
            assertThat(one.themes()).isNotEmpty();
        });
        assertThat(desk.preview(rule).users()).isEqualTo(preview.users());
        assertThat(desk.inForce().name()).as("a preview changes nothing").isEqualTo("steady");
        assertThat(Files.exists(file)).isFalse();
        assertThat(desk.activate(preview.version())).isEqualTo(rule);
        assertThat(desk(file).inForce()).as("after a restart").isEqualTo(rule);
        Files.writeString(file, "{\"name\": \"r\", \"terms\": [{\"multiply\": 9}]}");
        assertThatThrownBy(() -> desk(file))
                .isInstanceOf(AgentException.class)
                .hasMessageContaining("/terms/0/multiply must be 0.1 to 5.0, was 9.0")
                .hasMessageContaining("remove it");
    }

    @Test
    void onlyAPreviewThatShowsSomebodyAllowsAnActivationAndTheNewestAreKept() throws Exception {
        RuleDesk desk = desk(world.rule());
        assertThat(desk.preview(rule(0)).users()).isEmpty();
        assertThatThrownBy(() -> desk.activate(rule(0).version()))
                .isInstanceOf(BadRuleException.class)
                .hasMessageContaining("with at least one user");
        world.like(users(0, 3), 1, 2, 3);
        world.follow();
        for (int number = 0; number < 32; number++) {
            desk.preview(rule(number));
        }
        desk.preview(rule(0));
        desk.preview(rule(32));
        assertThat(desk.activate(rule(0).version())).isEqualTo(rule(0));
        assertThatThrownBy(() -> desk.activate(rule(1).version())).isInstanceOf(BadRuleException.class);
    }

    private static DomainRule rule(int number) {
        return new DomainRule("rule" + number, List.of(new DomainRule.Multiply(DomainRule.Kind.ITEM, List.of(), 0.5)));
    }

    /// Encodes by hashing, after something else was done.
    private record Preceded(HashingEncoder encoder, Runnable before) implements TextEncoder {
        Preceded(Runnable before) {
            this(new HashingEncoder(), before);
        }

        @Override
        public String version() {
            return encoder.version();
        }

        @Override
        public int dimension() {
            return encoder.dimension();
        }

        @Override
        public float[] encode(String text) {
            before.run();
            return encoder.encode(text);
        }

        @Override
        public void close() {
            encoder.close();
        }
    }

    @Test
    void anItemThatChangesHasOnlyNewThemesEncoded() {
        AtomicInteger encoded = new AtomicInteger();
        TextEncoder encoder = new Preceded(encoded::incrementAndGet);
        ThemesInForce themes = new ThemesInForce(world.truth.catalog(), world.truth.changes(), Set.of());
        ThemeSpaces spaces = new ThemeSpaces(themes, encoder, () -> EncodingVersion.uncentred(encoder));
        ThemeSpace first = spaces.refreshed();
        int themesBefore = encoded.get();
        assertThat(themesBefore).isEqualTo(first.vectors().size()).isPositive();
        world.truth.catalog().put(Item.of(new ItemId("new"), "New", 2001, List.of("Opera")));
        ThemeSpace second = spaces.refreshed();
        assertThat(second).isNotSameAs(first);
        assertThat(second.vectors()).hasSize(themesBefore + 1);
        assertThat(encoded).hasValue(themesBefore + 1);
    }

    /// Themes that are not read in time, and no time for users: the server says so before who asks gives up.
    @Test
    void aPreviewEndsWithinItsBoundsOrSaysWhatItWaitedFor() throws Exception {
        world.like(users(0, 1), 1, 2);
        CountDownLatch go = new CountDownLatch(1);
        TextEncoder encoder = new Preceded(() -> await(go));
        ThemesInForce themes = new ThemesInForce(world.truth.catalog(), world.truth.changes(), Set.of());
        ThemeSpaces spaces = new ThemeSpaces(themes, encoder, () -> EncodingVersion.uncentred(encoder));
        Curator curator = new Curator(new Curator.Ports(
                world.histories::of,
                world.truth.interactions(),
                world.truth.themes(),
                world.audiences,
                spaces,
                world.memories::pack));
        RuleDesk.Bounds little = new RuleDesk.Bounds(Duration.ofMillis(20), Duration.ofSeconds(10));
        RuleDesk desk = desk(curator, little);
        try {
            assertThatThrownBy(() -> desk.preview(rule(0)))
                    .isInstanceOfSatisfying(
                            AgentException.class, e -> assertThat(e.code()).isEqualTo(AgentException.Code.BUSY))
                    .hasMessage("the themes of the catalog are still being read, after 20 ms: ask again in a minute");
        } finally {
            go.countDown();
        }
        spaces.refreshed();
        RuleDesk patient = desk(curator, RuleDesk.Bounds.USUAL);
        assertThat(patient.preview(rule(0)).complete()).isTrue();
        assertThat(desk(curator, new RuleDesk.Bounds(Duration.ofSeconds(10), Duration.ofNanos(-1)))
                        .preview(rule(0))
                        .complete())
                .as("no time for anybody")
                .isFalse();
    }

    /// The first preview stands at a user, the second says so instead of waiting on.
    @Test
    void aPreviewThatDoesNotEndIsToldToTheNext() throws Exception {
        world.like(users(0, 1), 1, 2);
        world.spaces.refreshed();
        CountDownLatch at = new CountDownLatch(1);
        CountDownLatch go = new CountDownLatch(1);
        Curator curator = new Curator(new Curator.Ports(
                user -> {
                    at.countDown();
                    await(go);
                    return world.histories.of(user);
                },
                world.truth.interactions(),
                world.truth.themes(),
                world.audiences,
                world.spaces,
                world.memories::pack));
        RuleDesk desk = desk(curator, new RuleDesk.Bounds(Duration.ofSeconds(3), Duration.ofSeconds(10)));
        try (ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<RuleDesk.Preview> first = executor.submit(() -> desk.preview(rule(0)));
            try {
                assertThat(at.await(60, TimeUnit.SECONDS)).isTrue();
                assertThatThrownBy(() -> desk.preview(rule(1)))
                        .isInstanceOf(AgentException.class)
                        .hasMessage("another preview or proposal is under way, after 3000 ms: ask again in a minute");
            } finally {
                go.countDown();
            }
            assertThat(first.get(60, TimeUnit.SECONDS).users()).hasSize(1);
        }
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private RuleDesk desk(Curator curator, RuleDesk.Bounds bounds) {
        return new RuleDesk(
                curator,
                world.truth.users(),
                DomainPackFile.films(),
                world.rule(),
                InstantSource.fixed(SharedWorld.NOW),
                bounds);
    }

    private RuleDesk desk(Path file) {
        return new RuleDesk(
                world.curator, world.truth.users(), DomainPackFile.films(), file, InstantSource.fixed(SharedWorld.NOW));
    }
}
