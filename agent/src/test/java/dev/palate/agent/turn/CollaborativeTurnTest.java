package dev.palate.agent.turn;

import static org.assertj.core.api.Assertions.assertThat;

import dev.palate.agent.collaborative.CollaborativeReader;
import dev.palate.agent.collaborative.CountingPlanner;
import dev.palate.agent.collaborative.CountingSynthesis;
import dev.palate.agent.collaborative.Curator;
import dev.palate.agent.collaborative.Facets;
import dev.palate.agent.collaborative.Neighbourhood;
import dev.palate.agent.collaborative.Neighbours;
import dev.palate.agent.collaborative.Propagation;
import dev.palate.agent.collaborative.SynthesisInput;
import dev.palate.agent.collaborative.ThemeSpaces;
import dev.palate.agent.domain.DomainPackFile;
import dev.palate.agent.explanation.Account;
import dev.palate.agent.explanation.Explanation;
import dev.palate.agent.llm.JsonShape;
import dev.palate.agent.llm.LanguageModel;
import dev.palate.agent.llm.ModelLevel;
import dev.palate.agent.llm.NoModel;
import dev.palate.agent.llm.Script;
import dev.palate.agent.llm.ScriptedModel;
import dev.palate.agent.ranking.HandleScorer;
import dev.palate.agent.ranking.LlmRanker;
import dev.palate.agent.ranking.LlmWeight;
import dev.palate.memory.catalog.Item;
import dev.palate.memory.catalog.ItemId;
import dev.palate.memory.conversation.Conversation;
import dev.palate.memory.derived.NoteFollower;
import dev.palate.memory.interaction.Feedback;
import dev.palate.memory.interaction.Interaction;
import dev.palate.memory.interaction.InteractionId;
import dev.palate.memory.memory.Actor;
import dev.palate.memory.memory.Evidence;
import dev.palate.memory.memory.Memories;
import dev.palate.memory.memory.Memory;
import dev.palate.memory.memory.MemoryId;
import dev.palate.memory.memory.MemoryKind;
import dev.palate.memory.memory.Slot;
import dev.palate.memory.memory.Subject;
import dev.palate.memory.memory.Trust;
import dev.palate.memory.theme.ThemesInForce;
import dev.palate.memory.trace.TraceStep;
import dev.palate.memory.trace.TurnTrace;
import dev.palate.memory.user.User;
import dev.palate.memory.user.UserId;
import dev.palate.prompts.PromptLibrary;
import dev.palate.prompts.RenderedPrompt;
import dev.palate.retrieval.candidate.Audiences;
import dev.palate.retrieval.candidate.Freshness;
import dev.palate.retrieval.candidate.UserHistories;
import dev.palate.retrieval.embedding.ModelRegistry;
import dev.palate.retrieval.recommend.FusedRecommender;
import dev.palate.retrieval.recommend.PastModels;
import dev.palate.retrieval.recommend.RankedItem;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Whole turns of people who share what they bought, with curator and synthesis on: at T0 every turn replays bit for
/// bit, at T3 the requests are counted, and nobody's sentence is in anybody else's prompt.
@Timeout(240)
class CollaborativeTurnTest {
    private static final int PEOPLE = 8;
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final TurnLimits PATIENT = new TurnLimits(
            16,
            Duration.ofSeconds(60),
            PATIENCE,
            Duration.ofSeconds(20),
            Duration.ofSeconds(4),
            Duration.ofSeconds(12),
            60);

    @TempDir
    Path folder;

    private TestStack stack;
    private ThemesInForce themes;
    private UserHistories histories;
    private Audiences audiences;
    private Curator curator;
    private FusedRecommender recommender;
    private final List<Conversation> talks = new ArrayList<>();

    private static String canary(int person) {
        return "zqx" + (char) ('a' + person) + "jkvw";
    }

    @BeforeEach
    void open() throws Exception {
        stack = TestStack.ownShop();
        recommender = stack.recommender(new Freshness.Options(Duration.ofDays(60), Duration.ofDays(14), Duration.ZERO));
        themes = new ThemesInForce(stack.truth.catalog(), stack.truth.changes(), Set.of());
        histories = new UserHistories(stack.truth.interactions(), 100);
        audiences = new Audiences(stack.truth.themes(), Duration.ofMillis(1), themes::current);
        ThemeSpaces spaces =
                new ThemeSpaces(themes, new dev.palate.memory.text.HashingEncoder(), stack.index::encoding);
        spaces.refreshed();
        curator = new Curator(new Curator.Ports(
                histories::of,
                stack.truth.interactions(),
                stack.truth.themes(),
                audiences,
                spaces,
                stack.memories::pack));
        follow();
        for (int person = 0; person < PEOPLE; person++) {
            Conversation talk = stack.conversation();
            talks.add(talk);
            stack.truth.users().put(new User(talk.user(), canary(person) + " name", Instant.now(), false));
            for (int item = 1; item <= 6; item++) {
                buys(talk.user(), "S%03d".formatted(item));
            }
            remembers(talk.user(), person);
        }
        follow();
    }

    @AfterEach
    void close() {
        audiences.close();
    }

    private void buys(UserId user, String item) {
        stack.truth
                .interactions()
                .append(List.of(new Interaction(
                        new InteractionId(user.value() + "/" + item),
                        user,
                        new ItemId(item),
                        new Feedback.Purchased(),
                        stack.clock.instant(),
                        null)));
        histories.forget(user);
    }

    private void remembers(UserId user, int person) {
        Memory sentence = Memory.fresh(
                new MemoryId("sentence-" + user.value()),
                new Subject.OfUser(user),
                MemoryKind.PREFERENCE,
                "Told me about " + canary(person) + " mornings",
                1,
                Trust.STATED,
                new Slot("note", canary(person)),
                List.of(new Evidence("message", "msg", "I love " + canary(person))),
                Instant.now());
        stack.memories.put(List.of(new Memories.Write(sentence, Actor.AGENT, canary(person))));
    }

    private void follow() throws InterruptedException {
        Propagation.Parts parts = new Propagation.Parts(
                stack.truth.catalog(),
                stack.truth.users(),
                stack.truth.outbox(),
                stack.truth.themes(),
                new CountingPlanner(),
                Neighbours.NONE,
                Set.of());
        NoteFollower.Options quick =
                new NoteFollower.Options(Duration.ofMillis(5), Duration.ofMillis(50), 64, Duration.ofMillis(20));
        try (NoteFollower follower =
                new NoteFollower(stack.truth.outbox(), stack.truth.changes(), new Propagation(parts), quick)) {
            follower.start();
            assertThat(follower.await(PATIENCE)).isTrue();
        }
    }

    private CollaborativeReader reader(LanguageModel model) {
        return new CollaborativeReader(new CollaborativeReader.Parts(
                curator,
                () -> DomainPackFile.shop().rule(),
                user -> stack.memories.active(new Subject.OfUser(user)),
                model,
                PromptLibrary.load(),
                stack.clock,
                Duration.ZERO));
    }

    private List<TurnTrace> traces(Conversation talk) {
        assertThat(stack.traces.flush(PATIENCE)).isTrue();
        return stack.truth.traces().page(talk.id(), null, 100).items().stream()
                .map(head -> stack.truth.traces().trace(head.turn()).orElseThrow())
                .toList()
                .reversed();
    }

    private TurnReplay replay() {
        var ports = new TurnReplay.Ports(
                stack.truth.catalog(),
                stack.truth.conversations(),
                stack.memories,
                stack.truth.slates(),
                stack.snapshots,
                stack.reader,
                stack.truth.changes(),
                stack.truth.digests());
        var models = new PastModels(
                ModelRegistry.open(folder), stack.truth.interactions(), stack.truth.changes(), model -> stack.sources);
        return new TurnReplay(ports, recommender, models, themes::current);
    }

    private static String told(Replayed replayed) {
        return replayed.steps().stream()
                .map(step -> step.name() + " " + step.outcome() + " " + step.why())
                .collect(Collectors.joining("\n"));
    }

    @Test
    void turnsWithoutAModelReplayBitForBitAfterOthersWentOn() throws Exception {
        try (CollaborativeReader reader = reader(new NoModel("test"));
                GraphAgent agent = new GraphAgent(
                        stack.parts(new NoModel("test"), recommender).with(reader), PATIENT)) {
            for (Conversation talk : talks) {
                TestStack.say(agent, talk, "I need a new kettle", 5);
                TestStack.say(agent, talk, "I love fruity coffee", 5);
                TestStack.say(agent, talk, "something else", 5);
            }
        }
        // What the neighbourhoods were made of is another now: bought, planned, erased.
        for (Conversation talk : talks) {
            buys(talk.user(), "S020");
        }
        follow();
        stack.erasure.user(talks.getLast().user());
        int turns = 0;
        for (Conversation talk : talks.subList(0, PEOPLE - 1)) {
            for (TurnTrace trace : traces(talk)) {
                turns++;
                List<String> names = trace.steps().stream().map(TraceStep::name).toList();
                assertThat(names).containsSubsequence("recall", "curate", "synthesise", "retrieve", "show", "words");
                TraceStep curate = step(trace, "curate");
                assertThat(curate.output()).contains("\"handle\":\"U1\"").contains("\"handle\":\"I1\"");
                assertThat(curate.input()).containsPattern("\\[\"U1\",[0-9]");
                TraceStep own = OwnSteps.of(curate);
                assertThat(own.input()).contains("[\"U1\"]").containsPattern("\\[\"I1\",[0-9]");
                assertThat(own.output()).contains("{\"handle\":\"U1\"}").contains("{\"handle\":\"I1\",\"score\":");
                for (Conversation other : talks) {
                    assertThat(curate.input() + curate.output() + step(trace, "synthesise"))
                            .doesNotContain(other.user().value());
                }
                Replayed replayed = replay().replay(trace).orElseThrow();
                assertThat(replayed.same()).as(told(replayed)).isTrue();
                assertThat(outcome(replayed, "curate")).isEqualTo(Replayed.Outcome.SAME);
                assertThat(outcome(replayed, "synthesise")).isEqualTo(Replayed.Outcome.SAME);
            }
        }
        assertThat(turns).isEqualTo(3 * (PEOPLE - 1));
        // Another choice than then is found at its step.
        TurnTrace trace = traces(talks.getFirst()).getFirst();
        List<TraceStep> forged = trace.steps().stream()
                .map(step -> step.name().equals("curate")
                        ? new TraceStep(
                                step.name(),
                                step.startMicros(),
                                step.micros(),
                                step.input(),
                                step.output().replaceFirst("\"score\":[0-9.E-]+", "\"score\":0.125"),
                                false)
                        : step)
                .toList();
        Replayed replayed = replay().replay(new TurnTrace(trace.head(), forged, Set.of(), Set.of(), 0))
                .orElseThrow();
        assertThat(replayed.firstDifference()).isEqualTo("curate");
    }

    private static TraceStep step(TurnTrace trace, String name) {
        return trace.steps().stream()
                .filter(step -> step.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    private static Replayed.Outcome outcome(Replayed replayed, String name) {
        return replayed.steps().stream()
                .filter(step -> step.name().equals(name))
                .findFirst()
                .orElseThrow()
                .outcome();
    }

    private static final class Recorder implements Script {
        private final Queue<RenderedPrompt> prompts = new ConcurrentLinkedQueue<>();

        @Override
        public Step fill(RenderedPrompt prompt, JsonShape shape) {
            prompts.add(prompt);
            return new Step.Piece(
                    prompt.version().name().equals("synthesis")
                            ? "{\"facets\":[{\"facet\":\"mornings\",\"confidence\":0.9,\"support\":[\"M1\"]}]}"
                            : "{\"scores\":[{\"handle\":\"A\",\"score\":0},{\"handle\":\"B\",\"score\":100}]}");
        }

        @Override
        public Iterator<Step> say(RenderedPrompt prompt) {
            prompts.add(prompt);
            return Script.pieces("You asked for this, and [[A]] is the first that came to mind. Then [[B]].")
                    .iterator();
        }
    }

    @Test
    void nobodysSentenceIsInAnotherPromptAndRequestsAreCounted() throws Exception {
        Recorder recorder = new Recorder();
        ScriptedModel model = new ScriptedModel(ModelLevel.T3, recorder);
        var weight = new LlmWeight("scripted", ModelLevel.T3, "rank/v1", 2, 1, 3, 50, Instant.EPOCH);
        var ranker = new LlmRanker(
                model, new HandleScorer(model, PromptLibrary.load()), List.of(weight), InstantSource.system());
        int synthesised = 0;
        int own = 0;
        int told = 0;
        try (CollaborativeReader reader = reader(model);
                GraphAgent agent =
                        new GraphAgent(stack.parts(model, recommender, ranker).with(reader), PATIENT)) {
            for (int round = 0; round < 2; round++) {
                for (int person = 0; person < PEOPLE; person++) {
                    recorder.prompts.clear();
                    TestStack.say(agent, talks.get(person), "I need a new kettle", 5);
                    long within = recorder.prompts.stream()
                            .filter(prompt -> !prompt.version().name().equals("synthesis"))
                            .count();
                    settle(reader);
                    List<RenderedPrompt> after = List.copyOf(recorder.prompts);
                    long behind = after.size() - within;
                    assertThat(within).as("requests of the turn itself").isBetween(1L, 2L);
                    assertThat(behind).as("requests behind it").isLessThanOrEqualTo(1);
                    synthesised += (int) behind;
                    for (RenderedPrompt prompt : after) {
                        String text = prompt.system() + "\n" + prompt.user();
                        own += text.contains(canary(person)) ? 1 : 0;
                        told += text.contains("\nU1 ") ? 1 : 0;
                        for (int other = 0; other < PEOPLE; other++) {
                            if (other != person) {
                                assertThat(text)
                                        .doesNotContain(canary(other))
                                        .doesNotContain(talks.get(other).user().value());
                            }
                        }
                    }
                }
            }
        }
        assertThat(synthesised).isGreaterThanOrEqualTo(PEOPLE);
        assertThat(own).as("one's own sentence is there").isGreaterThanOrEqualTo(PEOPLE);
        assertThat(told).as("neighbours are there").isGreaterThanOrEqualTo(PEOPLE);
    }

    private static void settle(CollaborativeReader reader) throws InterruptedException {
        long end = System.nanoTime() + PATIENCE.toNanos();
        long before = -1;
        while (System.nanoTime() < end
                && (reader.waiting() > 0 || before != reader.counts().requests())) {
            before = reader.counts().requests();
            Thread.sleep(60);
        }
    }

    /// Where nothing else is known of an item, its reason quotes what the user does and says, and nothing of others.
    @Test
    void aReasonQuotesWhatTheUserLikes() {
        Item kettle = Item.of(new ItemId("k"), "Swan", 2020, List.of("Kettles"));
        RankedItem ranked = new RankedItem(kettle, 1, 1, Map.of(), List.of(), List.of());
        Account account = new Account(
                List.of(),
                false,
                List.of(),
                List.of(),
                List.of(),
                List.of(),
                List.of(),
                false,
                false,
                DomainPackFile.shop().speech());
        assertThat(Explanation.reasons(List.of(ranked), account, Map.of("category:kettles", "kettles")))
                .containsExactly("As you like kettles: Kettles, from 2020.");
        assertThat(Explanation.reasons(List.of(ranked), account, Map.of("category:tea", "tea")))
                .containsExactly("Kettles, from 2020.");
    }

    /// Once such a memory is erased, the slate is found by it and loses the reason.
    @Test
    void theMemoriesBehindAQuotedThemeAreNamedWithTheItem() {
        Item kettle = Item.of(new ItemId("k"), "Swan", 2020, List.of("Kettles"));
        RankedItem ranked = new RankedItem(kettle, 1, 1, Map.of(), List.of(), List.of(new MemoryId("moved")));
        List<Memory> memories = new ArrayList<>();
        for (String word : List.of("tea", "kettles", "cups")) {
            memories.add(Memory.fresh(
                    new MemoryId(word),
                    new Subject.OfUser(new UserId("ann")),
                    MemoryKind.PREFERENCE,
                    "Likes " + word,
                    1,
                    Trust.STATED,
                    new Slot("genre", word),
                    List.of(),
                    Instant.now()));
        }
        Facets facets = new Facets(
                CountingSynthesis.facets(new SynthesisInput(memories, Map.of(), Neighbourhood.EMPTY)), List.of());
        assertThat(ListMaking.withQuoted(
                        List.of(ranked, ranked),
                        List.of("As you like kettles: Kettles, from 2020.", "Kettles, from 2020."),
                        facets,
                        memories))
                .extracting(RankedItem::memories)
                .containsExactly(
                        List.of(new MemoryId("moved"), new MemoryId("kettles")), List.of(new MemoryId("moved")));
    }
}
