package dev.palate.agent.turn;

import static org.assertj.core.api.Assertions.assertThat;

import dev.palate.agent.extraction.MemoryWriter;
import dev.palate.agent.llm.JsonShape;
import dev.palate.agent.llm.LanguageModel;
import dev.palate.agent.llm.ModelLevel;
import dev.palate.agent.llm.ModelState;
import dev.palate.agent.llm.NoModel;
import dev.palate.agent.llm.Script;
import dev.palate.agent.llm.ScriptedModel;
import dev.palate.agent.ranking.HandleScorer;
import dev.palate.agent.ranking.LlmRanker;
import dev.palate.agent.ranking.LlmWeight;
import dev.palate.memory.catalog.Item;
import dev.palate.memory.catalog.ItemId;
import dev.palate.memory.conversation.Conversation;
import dev.palate.memory.interaction.Feedback;
import dev.palate.memory.interaction.Interaction;
import dev.palate.memory.interaction.InteractionId;
import dev.palate.memory.memory.Actor;
import dev.palate.memory.memory.Memory;
import dev.palate.memory.memory.Subject;
import dev.palate.memory.theme.KnownThemes;
import dev.palate.memory.trace.SecretDigests;
import dev.palate.memory.trace.TraceHead;
import dev.palate.memory.trace.TraceStep;
import dev.palate.memory.trace.TurnTrace;
import dev.palate.memory.user.UserId;
import dev.palate.prompts.PromptLibrary;
import dev.palate.prompts.RenderedPrompt;
import dev.palate.retrieval.candidate.Freshness;
import dev.palate.retrieval.embedding.ModelRegistry;
import dev.palate.retrieval.recommend.FusedRecommender;
import dev.palate.retrieval.recommend.PastModels;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;
import tools.jackson.databind.node.ObjectNode;

/// Turns over the real store are run again, also after what they stood on has changed.
@Timeout(900)
class TurnReplayTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    /// Whatever else the machine does, nothing is late: that is another test's concern.
    private static final TurnLimits PATIENT = new TurnLimits(
            16,
            Duration.ofMinutes(5),
            Duration.ofSeconds(60),
            Duration.ofSeconds(30),
            Duration.ofSeconds(30),
            Duration.ofSeconds(60),
            60,
            Duration.ofSeconds(60));

    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final String COMEDIES = "{\"kinds\":[\"comedies\"]}";

    private final TestStack stack = TestStack.get();

    @TempDir
    Path folder;

    private FusedRecommender recommender;
    private TurnReplay replay;
    private int interactions;

    @BeforeEach
    void open() {
        // Counts are made anew at every change: the hardest case for a replay.
        recommender = stack.recommender(new Freshness.Options(Duration.ofDays(60), Duration.ofDays(14), Duration.ZERO));
        replay = replay(stack.truth.digests());
    }

    private TurnReplay replay(SecretDigests digests) {
        var ports = new TurnReplay.Ports(
                stack.truth.catalog(),
                stack.truth.conversations(),
                stack.memories,
                stack.truth.slates(),
                stack.snapshots,
                stack.reader,
                stack.truth.changes(),
                digests);
        var models = new PastModels(
                ModelRegistry.open(folder), stack.truth.interactions(), stack.truth.changes(), model -> stack.sources);
        return new TurnReplay(ports, recommender, models, () -> KnownThemes.NONE);
    }

    private GraphAgent agent(LanguageModel model) {
        return new GraphAgent(stack.parts(model, recommender), PATIENT);
    }

    private void likes(UserId user, String item, int stars) {
        stack.truth
                .interactions()
                .append(List.of(new Interaction(
                        new InteractionId("replay-" + System.nanoTime() + "-" + interactions++),
                        user,
                        new ItemId(item),
                        new Feedback.Rated(stars),
                        stack.clock.instant(),
                        null)));
    }

    private List<TurnTrace> traces(Conversation conversation) {
        assertThat(stack.traces.flush(PATIENCE)).isTrue();
        return stack.truth.traces().page(conversation.id(), null, 100).items().stream()
                .map(head -> stack.truth.traces().trace(head.turn()).orElseThrow())
                .toList()
                .reversed();
    }

    private Replayed replayed(TurnTrace trace) {
        return replay.replay(trace).orElseThrow();
    }

    private static String told(Replayed replayed) {
        return replayed.steps().stream()
                        .map(step -> step.name() + " " + step.outcome() + " " + step.why())
                        .collect(Collectors.joining("\n"))
                + replayed.changed();
    }

    /// A gate may have refused what was proposed, so its digest tells nothing to who guesses the text.
    @Test
    void whatWasProposedIsADigestUnderTheKeyOfTheDatabase() {
        Conversation talk = stack.conversation();
        String text = "I loved Alien, but no horror";
        try (GraphAgent agent = agent(new NoModel("test"))) {
            TestStack.say(agent, talk, text, 3);
        }
        TurnTrace trace = traces(talk).getLast();
        String digest = trace.steps().stream()
                .filter(step -> step.name().equals(StepForms.REMEMBER))
                .map(step -> JSON.readTree(step.output()).path("digest").asString(""))
                .findFirst()
                .orElseThrow();
        assertThat(digest).matches("[0-9a-f]{8}:[0-9a-f]{16}");
        var plain = new ArrayList<String>();
        assertThat(replayed(trace).steps())
                .filteredOn(step -> step.name().equals(StepForms.REMEMBER))
                .allMatch(step -> step.outcome() == Replayed.Outcome.SAME);
        Replayed elsewhere = replay(said -> {
                    plain.add(said);
                    return "00000000:" + "0".repeat(16);
                })
                .replay(trace)
                .orElseThrow();
        assertThat(elsewhere.steps())
                .filteredOn(step -> step.name().equals(StepForms.REMEMBER))
                .allMatch(step -> step.outcome() == Replayed.Outcome.GONE);
        assertThat(plain).as("what was digested").singleElement().asString().contains("Alien");
        assertThat(digest).doesNotContain(StepForms.digest(plain.getFirst()));
    }

    /// A model that fills shapes and says nothing.
    private static ScriptedModel filling(ModelLevel level, Supplier<String> json) {
        return new ScriptedModel(level, new Script() {
            @Override
            public Step fill(RenderedPrompt prompt, JsonShape shape) {
                return new Step.Piece(json.get());
            }

            @Override
            public Iterator<Step> say(RenderedPrompt prompt) {
                return List.<Step>of().iterator();
            }
        });
    }

    /// Both lists, though no model is asked again.
    @Test
    void aTurnWhoseListAModelChangedReplaysUpToItsWords() {
        var model = filling(ModelLevel.T2, () -> COMEDIES);
        Conversation talk = stack.conversation();
        likes(talk.user(), "318", 5);
        try (GraphAgent agent = agent(model)) {
            TestStack.say(agent, talk, "whatever suits a rainy evening by the fireplace", 5);
        }
        likes(talk.user(), "296", 4);
        TurnTrace trace = traces(talk).getLast();
        assertThat(trace.steps()).extracting(TraceStep::name).contains(StepForms.SLOTS);
        Replayed replayed = replayed(trace);
        assertThat(replayed.same()).as(told(replayed)).isTrue();
        assertThat(replayed.steps())
                .filteredOn(step -> step.name().equals(StepForms.SHOW))
                .hasSize(2)
                .allMatch(step -> step.outcome() == Replayed.Outcome.SAME);
        assertThat(replayed.steps())
                .filteredOn(step -> step.name().equals(StepForms.SLOTS))
                .singleElement()
                .matches(step -> step.outcome() == Replayed.Outcome.NOT_RUN);
    }

    /// The model that scores comes or goes between the two lists.
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void eachOfTwoListsIsRunAgainUnlessAModelScoredThatOne(boolean first) throws Exception {
        ModelState there = new ModelState.Ready("scripted", Optional.empty());
        ModelState away = new ModelState.Absent("for this test");
        ScriptedModel scoring = filling(
                ModelLevel.T3, () -> "{\"scores\":[{\"handle\":\"A\",\"score\":0},{\"handle\":\"B\",\"score\":100}]}");
        scoring.state(first ? there : away);
        CountDownLatch shown = new CountDownLatch(1);
        ScriptedModel model = filling(ModelLevel.T2, () -> {
            try {
                shown.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            scoring.state(first ? away : there);
            return COMEDIES;
        });
        var weight = new LlmWeight("scripted", ModelLevel.T3, "rank/v1", 2, 1, 3, 50, Instant.EPOCH);
        var ranker = new LlmRanker(
                scoring, new HandleScorer(scoring, PromptLibrary.load()), List.of(weight), InstantSource.system());
        Conversation talk = stack.conversation();
        var request = new TurnRequest(
                talk.id(), "whatever suits a rainy evening by the fireplace", 5, TurnRequest.UseModels.AUTO);
        try (GraphAgent agent = new GraphAgent(stack.parts(model, recommender, ranker), PATIENT)) {
            agent.start(request, event -> {
                        if (event instanceof TurnEvent.Recommended) {
                            shown.countDown();
                        }
                    })
                    .done()
                    .get(60, TimeUnit.SECONDS);
        } finally {
            shown.countDown();
        }
        Replayed replayed = replayed(traces(talk).getLast());
        assertThat(replayed.same()).as(told(replayed)).isTrue();
        Replayed.Outcome ofFirst = first ? Replayed.Outcome.NOT_RUN : Replayed.Outcome.SAME;
        Replayed.Outcome ofSecond = first ? Replayed.Outcome.SAME : Replayed.Outcome.NOT_RUN;
        assertThat(outcomes(replayed, StepForms.SHOW)).as(told(replayed)).containsExactly(ofFirst, ofSecond);
        assertThat(outcomes(replayed, StepForms.WORDS)).as("of the second").containsExactly(ofSecond);
    }

    /// Traces of before digests had keys are compared like others, and what `remember` is does not make followers
    /// of later differences.
    @Test
    void theAgeOfATraceIsNoDifferenceAndHasNoFollowers() {
        Conversation talk = stack.conversation();
        try (GraphAgent agent = agent(new NoModel("test"))) {
            TestStack.say(agent, talk, "I loved Alien, but no horror", 3);
        }
        TurnTrace trace = traces(talk).getLast();
        var plain = new ArrayList<String>();
        assertThat(replay(said -> {
                            plain.add(said);
                            return "00000000:" + "0".repeat(16);
                        })
                        .replay(trace))
                .isPresent();
        TurnTrace old = with(trace, StepForms.REMEMBER, "digest", StepForms.digest(plain.getFirst()));
        Replayed again = replayed(old);
        assertThat(again.same()).as(told(again)).isTrue();
        assertThat(outcomes(again, StepForms.REMEMBER)).containsExactly(Replayed.Outcome.SAME);

        TurnTrace otherwise = with(trace, StepForms.REMEMBER, "digest", StepForms.digest("said otherwise"));
        assertThat(outcomes(replayed(otherwise), StepForms.REMEMBER)).containsExactly(Replayed.Outcome.DIFFERS);

        TurnTrace ofAnother = with(
                with(trace, StepForms.REMEMBER, "digest", "00000000:" + "0".repeat(16)),
                StepForms.WORDS,
                "text",
                "other words");
        Replayed later = replayed(ofAnother);
        assertThat(outcomes(later, StepForms.REMEMBER)).containsExactly(Replayed.Outcome.GONE);
        assertThat(told(later)).contains("no later step rests on it");
        assertThat(outcomes(later, StepForms.WORDS)).as(told(later)).containsExactly(Replayed.Outcome.DIFFERS);
    }

    private static List<Replayed.Outcome> outcomes(Replayed replayed, String step) {
        return replayed.steps().stream()
                .filter(one -> one.name().equals(step))
                .map(Replayed.Step::outcome)
                .toList();
    }

    /// The same with another text in what a step gave.
    private static TurnTrace with(TurnTrace trace, String name, String field, String text) {
        List<TraceStep> steps = trace.steps().stream()
                .map(step -> step.name().equals(name)
                        ? new TraceStep(
                                name,
                                step.startMicros(),
                                step.micros(),
                                step.input(),
                                ((ObjectNode) JSON.readTree(step.output()))
                                        .put(field, text)
                                        .toString(),
                                step.cut())
                        : step)
                .toList();
        return new TurnTrace(trace.head(), steps, trace.read(), trace.written(), trace.redacted());
    }

    @Test
    void aListThatAMoodPutsInAnotherOrderReplays() {
        Conversation talk = stack.conversation();
        for (TurnTrace trace : talk(talk, "I loved Heat, something like it but lighter", "not as silly please")) {
            Replayed again = replayed(trace);
            assertThat(again.same()).as(told(again)).isTrue();
            assertThat(outcomes(again, "show")).containsExactly(Replayed.Outcome.SAME);
        }
    }

    @Test
    void whatPointsAtTheListBeforeReplays() {
        Conversation talk = stack.conversation();
        List<TurnTrace> traces = talk(
                talk, "westerns please", "I've seen the first two", "is the first one any good?", "why the last one?");
        assertThat(traces)
                .extracting(trace -> trace.head().intent())
                .containsExactly("recommend", "refine", "about", "explain");
        for (TurnTrace trace : traces) {
            Replayed again = replayed(trace);
            assertThat(again.same()).as(told(again)).isTrue();
        }
    }

    @Test
    void everyTurnReplaysBitForBitAfterTheStoreHasChanged() throws IOException {
        List<String> once = Files.readAllLines(Path.of("src/test/resources/turns/cases.jsonl"));
        // By two people each.
        List<String> lines = new ArrayList<>(once);
        lines.addAll(once);
        List<Conversation> talks = new ArrayList<>();
        long[] wall = new long[1];
        try (GraphAgent agent = agent(new NoModel("test"))) {
            for (String line : lines) {
                Conversation talk = stack.conversation();
                talks.add(talk);
                likes(talk.user(), "318", 5);
                likes(talk.user(), "296", 4);
                for (JsonNode message : JSON.readTree(line).path("messages")) {
                    long start = System.nanoTime();
                    TestStack.say(agent, talk, message.asString(), 5);
                    wall[0] += System.nanoTime() - start;
                    // By others, and by the same person.
                    likes(new UserId("somebody"), Integer.toString(1 + interactions % 50), 5);
                    likes(talk.user(), Integer.toString(100 + interactions % 50), 3);
                }
                changeMemories(talk);
            }
        }
        Map<String, Integer> intents = new TreeMap<>();
        Map<String, Integer> outcomes = new TreeMap<>();
        List<String> failed = new ArrayList<>();
        long bytes = 0;
        long replaying = 0;
        int turns = 0;
        for (Conversation talk : talks) {
            for (TurnTrace trace : traces(talk)) {
                if (trace.redacted() > 0) {
                    // Some conversations order to forget: what worked with that says nothing any more.
                    assertThat(replayed(trace).steps()).allMatch(step -> step.outcome() == Replayed.Outcome.GONE);
                    continue;
                }
                turns++;
                bytes += trace.length();
                intents.merge(trace.head().intent(), 1, Integer::sum);
                long start = System.nanoTime();
                Replayed again = replayed(trace);
                replaying += System.nanoTime() - start;
                again.steps().forEach(step -> outcomes.merge(step.name() + " " + step.outcome(), 1, Integer::sum));
                if (!again.same()) {
                    failed.add(trace.head().turn() + " " + trace.head().intent() + ":\n" + told(again));
                }
                assertThat(trace.cut()).isFalse();
            }
        }
        System.out.printf(
                "%d turns replayed: %d characters and %.1f ms to replay each, %.1f ms when they were made%n%s%n%s%n",
                turns, bytes / turns, replaying / 1e6 / turns, wall[0] / 1e6 / turns, intents, outcomes);
        assertThat(turns).isGreaterThanOrEqualTo(50);
        assertThat(failed).as(String.join("\n", failed)).isEmpty();
        assertThat(intents).containsKeys("recommend", "refine");
        assertThat(outcomes.get("rank SAME")).isGreaterThanOrEqualTo(40);
        assertThat(outcomes.get("words SAME")).isGreaterThanOrEqualTo(40);
    }

    /// Every memory of the user gets another revision, muted or stronger.
    private void changeMemories(Conversation talk) {
        int number = 0;
        for (Memory memory : stack.memories.active(new Subject.OfUser(talk.user()))) {
            boolean mute = number++ % 2 == 0;
            stack.writer.change(
                    new MemoryWriter.Edit(memory.id(), OptionalLong.empty(), Actor.SYSTEM),
                    "test",
                    now -> mute
                            ? now.draft().muted(true).build()
                            : now.draft().strength(1).build());
        }
    }

    private List<TurnTrace> talk(Conversation talk, String... messages) {
        try (GraphAgent agent = agent(new NoModel("test"))) {
            for (String message : messages) {
                TestStack.say(agent, talk, message, 5);
            }
        }
        return traces(talk);
    }

    @Test
    void aTraceTellsTheTurnStepByStep() {
        Conversation talk = stack.conversation();
        likes(talk.user(), "318", 5);
        List<TurnTrace> traces = talk(talk, "I loved Alien, but no musicals", "something newer");
        TurnTrace first = traces.getFirst();
        TraceHead head = first.head();
        assertThat(head.intent()).isEqualTo("recommend");
        assertThat(head.level()).isEqualTo("T0");
        assertThat(head.finish()).isEqualTo("stop");
        assertThat(head.modelVersion()).isEqualTo("test-1");
        assertThat(head.model()).isEmpty();
        assertThat(head.changeNumber()).isPositive();
        assertThat(head.user()).isEqualTo(talk.user());
        assertThat(stack.truth.traces().ofSlate(java.util.Objects.requireNonNull(head.slate())))
                .contains(head.turn());
        assertThat(first.steps().stream().map(TraceStep::name))
                .containsSubsequence(
                        "recall", "understand", "remember", "recall_again", "retrieve", "rank", "show", "words");
        assertThat(first.written()).isNotEmpty();
        JsonNode retrieved = output(first, "retrieve");
        assertThat(retrieved.path("allowed").asInt())
                .isLessThan(retrieved.path("catalog").asInt());
        assertThat(retrieved
                        .path("sources")
                        .valueStream()
                        .map(one -> one.path("signal").asString()))
                .contains("knn", "text", "liked", "memory");
        JsonNode best = output(first, "rank").path("best").get(0);
        double sum =
                best.path("parts").valueStream().mapToDouble(JsonNode::asDouble).sum();
        assertThat(sum).isCloseTo(best.path("score").asDouble(), org.assertj.core.api.Assertions.within(1e-5));
        assertThat(output(first, "show").path("items")).hasSize(5);
        assertThat(first.steps().toString())
                .as("memories by id, never by their words")
                .doesNotContain("Loved Alien");
        assertThat(first.steps().stream().mapToLong(TraceStep::micros).sum()).isBetween(1L, head.micros());
        for (TurnTrace trace : traces) {
            assertThat(replayed(trace).same()).as(told(replayed(trace))).isTrue();
        }
    }

    private static JsonNode output(TurnTrace trace, String name) {
        return trace.steps().stream()
                .filter(step -> step.name().equals(name))
                .map(step -> JSON.readTree(step.output()))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void aTurnWhoseMemoryIsErasedIsGoneOrSaysNothing() {
        Conversation talk = stack.conversation();
        List<TurnTrace> traces = talk(talk, "I love westerns", "something for tonight");
        assertThat(traces).hasSize(2);
        Memory memory = stack.memories.active(new Subject.OfUser(talk.user())).getFirst();
        stack.erasure.memory(memory.id());
        List<TurnTrace> left = traces(talk);
        assertThat(left)
                .extracting(trace -> trace.head().turn())
                .containsExactly(traces.getLast().head().turn());
        Replayed replayed = replayed(left.getFirst());
        assertThat(replayed.same()).isFalse();
        assertThat(replayed.steps()).allMatch(step -> step.outcome() == Replayed.Outcome.GONE);
        assertThat(left.getFirst().steps().toString().toLowerCase(java.util.Locale.ROOT))
                .doesNotContain("western");
        // With the trace of before, as if the erasure had not reached it.
        Replayed before = replayed(traces.getLast());
        assertThat(before.same()).isFalse();
        assertThat(before.steps().getFirst())
                .isEqualTo(new Replayed.Step(
                        "recall",
                        Replayed.Outcome.GONE,
                        List.of("memory " + memory.id().value() + "@1")));
    }

    @Test
    void aChangedItemIsTheStepThatDiffers() {
        Conversation talk = stack.conversation();
        TurnTrace trace = talk(talk, "science fiction like Blade Runner").getFirst();
        assertThat(replayed(trace).same()).as(told(replayed(trace))).isTrue();
        String shown = output(trace, "show").path("items").get(0).path("item").asString();
        Item item = stack.item(shown);
        Item hidden = new Item(
                item.id(),
                item.title(),
                item.year(),
                item.categories(),
                item.tags(),
                item.description(),
                item.attributes(),
                true,
                item.availableFrom(),
                item.availableTo(),
                item.revision());
        stack.truth.catalog().put(hidden);
        try {
            Replayed replayed = replayed(trace);
            assertThat(replayed.same()).isFalse();
            assertThat(replayed.firstDifference()).as(told(replayed)).isEqualTo("retrieve");
            assertThat(step(replayed, "understand").outcome()).isEqualTo(Replayed.Outcome.SAME);
            assertThat(step(replayed, "retrieve").why()).anyMatch(why -> why.startsWith("/allowed: "));
            assertThat(step(replayed, "show").outcome()).isEqualTo(Replayed.Outcome.FOLLOWS);
            assertThat(replayed.changed()).contains("items of the catalog that changed since: 1");
        } finally {
            stack.truth.catalog().put(item);
        }
        // The index follows by itself.
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (!replayed(trace).same() && System.nanoTime() < end) {
            Thread.onSpinWait();
        }
        assertThat(replayed(trace).same())
                .as("it is as it was again: " + told(replayed(trace)))
                .isTrue();
    }

    private static Replayed.Step step(Replayed replayed, String name) {
        return replayed.steps().stream()
                .filter(step -> step.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void aForgedTraceIsFoundAtTheForgedPlace() {
        Conversation talk = stack.conversation();
        TurnTrace trace = talk(talk, "a quiet drama from before 1980").getFirst();
        List<TraceStep> forged = trace.steps().stream()
                .map(step -> step.name().equals("rank")
                        ? new TraceStep(
                                step.name(),
                                step.startMicros(),
                                step.micros(),
                                step.input(),
                                step.output().replaceFirst("\"score\":[-0-9.E]+", "\"score\":0.125"),
                                false)
                        : step)
                .toList();
        Replayed replayed = replayed(new TurnTrace(trace.head(), forged, Set.of(), Set.of(), 0));
        assertThat(replayed.firstDifference()).isEqualTo("rank");
        assertThat(step(replayed, "rank").why())
                .singleElement()
                .asString()
                .startsWith("/best/")
                .contains("/score: 0.125 then");
        assertThat(step(replayed, "retrieve").outcome()).isEqualTo(Replayed.Outcome.SAME);
    }

    @Test
    void anotherModelThanThenIsNamed() {
        Conversation talk = stack.conversation();
        TurnTrace trace = talk(talk, "something funny").getFirst();
        List<TraceStep> older = trace.steps().stream()
                .map(step -> new TraceStep(
                        step.name(),
                        step.startMicros(),
                        step.micros(),
                        step.input(),
                        step.output().replace("\"test-1\"", "\"test-0\""),
                        false))
                .toList();
        Replayed replayed = replayed(new TurnTrace(trace.head(), older, Set.of(), Set.of(), 0));
        assertThat(replayed.firstDifference()).isEqualTo("retrieve");
        assertThat(step(replayed, "retrieve").outcome()).isEqualTo(Replayed.Outcome.GONE);
        assertThat(replayed.changed()).contains("model test-0 is not kept any more");
    }

    @Test
    void theWordsOfAModelAreNotRunAgainAndTheListIs() {
        Conversation talk = stack.conversation();
        LanguageModel model = ScriptedModel.saying(
                ModelLevel.T2, "You asked for a comedy, and [[A]] is the first that came to mind. Then [[B]].");
        try (GraphAgent agent = agent(model)) {
            TestStack.say(agent, talk, "a comedy, please", 5);
        }
        TurnTrace trace = traces(talk).getFirst();
        JsonNode asked = trace.steps().stream()
                .filter(step -> step.name().equals("words"))
                .map(step -> JSON.readTree(step.input()))
                .findFirst()
                .orElseThrow();
        assertThat(asked.path("prompt").asString()).startsWith("speak/v");
        assertThat(asked.path("model").asString()).isEqualTo("scripted");
        assertThat(trace.head().tokens().calls()).isEqualTo(1);
        Replayed replayed = replayed(trace);
        assertThat(replayed.same()).as(told(replayed)).isTrue();
        assertThat(step(replayed, "rank").outcome()).isEqualTo(Replayed.Outcome.SAME);
        assertThat(step(replayed, "words").outcome())
                .isEqualTo(trace.head().level().equals("T2") ? Replayed.Outcome.NOT_RUN : Replayed.Outcome.SAME);
    }

    @Test
    void moreAtATimeThanThereIsRoomForAreRefused() throws Exception {
        Conversation talk = stack.conversation();
        TurnTrace trace = talk(talk, "a heist film").getFirst();
        Map<Boolean, Integer> answered = new HashMap<>();
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < 12; i++) {
            threads.add(Thread.ofVirtual().start(() -> {
                boolean there = replay.replay(trace).isPresent();
                synchronized (answered) {
                    answered.merge(there, 1, Integer::sum);
                }
            }));
        }
        for (Thread thread : threads) {
            thread.join();
        }
        assertThat(answered.get(true)).isBetween(1, 12);
        assertThat(replay.replay(trace)).as("room again").isPresent();
    }
}
