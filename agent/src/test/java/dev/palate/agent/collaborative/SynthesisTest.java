package dev.palate.agent.collaborative;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.palate.agent.AgentException;
import dev.palate.agent.domain.DomainPackFile;
import dev.palate.agent.llm.Deadline;
import dev.palate.agent.llm.JsonShape;
import dev.palate.agent.llm.ModelLevel;
import dev.palate.agent.llm.Script;
import dev.palate.agent.llm.ScriptedModel;
import dev.palate.memory.erase.Erasure;
import dev.palate.memory.erase.ErasureReceipt;
import dev.palate.memory.memory.Memory;
import dev.palate.memory.memory.MemoryId;
import dev.palate.memory.memory.MemoryKind;
import dev.palate.memory.memory.Slot;
import dev.palate.memory.memory.Subject;
import dev.palate.memory.memory.Trust;
import dev.palate.memory.theme.ThemeId;
import dev.palate.memory.theme.ThemeVocabulary;
import dev.palate.memory.user.UserId;
import dev.palate.prompts.PromptLibrary;
import dev.palate.prompts.RenderedPrompt;
import dev.palate.prompts.SynthesisPrompt;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Facets by counts and in a model's words: what supports them counts, the context keeps its budget, and the model is
/// asked once.
@Timeout(240)
class SynthesisTest {
    private static final UserId ANN = new UserId("ann");
    private static final PromptLibrary PROMPTS = PromptLibrary.load();

    @TempDir
    Path folder;

    private SharedWorld world;
    private ThemeVocabulary vocabulary = ThemeVocabulary.EMPTY;

    @BeforeEach
    void open() throws Exception {
        world = new SharedWorld(folder.resolve("data"));
        vocabulary = world.spaces.current().themes().vocabulary();
        PropagationWorld.begin(world.truth);
    }

    @AfterEach
    void close() {
        world.close();
    }

    private ThemeId theme(String genre) {
        return vocabulary.theme("category:" + genre).orElseThrow();
    }

    private Neighbourhood.Member member(String handle, double score, String... genres) {
        List<Neighbourhood.Share> shares = new ArrayList<>();
        for (String genre : genres) {
            shares.add(new Neighbourhood.Share(theme(genre), 1.0 / genres.length));
        }
        return new Neighbourhood.Member(handle, score, shares);
    }

    private Neighbourhood neighbourhood(Neighbourhood.Member... members) {
        return new Neighbourhood("even@1", List.of(members));
    }

    private static Memory memory(int number, String text, double polarity, @Nullable Slot slot) {
        return Memory.fresh(
                new MemoryId("m" + number),
                new Subject.OfUser(ANN),
                MemoryKind.PREFERENCE,
                text,
                polarity,
                Trust.STATED,
                slot,
                List.of(),
                SharedWorld.NOW.plusSeconds(number));
    }

    private SynthesisInput input(List<Memory> memories, Map<ThemeId, Double> own, Neighbourhood.Member... members) {
        return new SynthesisInput(memories, own, neighbourhood(members));
    }

    @Test
    void facetsAreCountedByHand() {
        Map<ThemeId, Double> own = new LinkedHashMap<>();
        own.put(theme("horror"), 0.6);
        own.put(theme("war"), 0.4);
        List<Facet> facets = CountingSynthesis.facets(input(
                List.of(
                        memory(1, "Likes drama", 1, new Slot("genre", "drama")),
                        memory(2, "No war", -1, new Slot("genre", "war"))),
                own,
                member("I1", 3, "horror"),
                member("U1", 1, "musical")));
        // Horror .6 + .5 · 3/4; drama .5 · .5; war is unwanted; one user's musicals do not count.
        assertThat(facets).extracting(Facet::theme).containsExactly("category:horror", "category:drama");
        assertThat(facets.getFirst().supports()).containsExactly(Facet.SELF, "I1");
        assertThat(facets.getFirst().confidence()).isCloseTo(0.75, within(1e-12));
        assertThat(facets.getFirst().own()).isTrue();
        assertThat(facets.getLast().supports()).containsExactly("M2");
        assertThat(facets.getLast().confidence()).isEqualTo(0.5);
        assertThat(new Facets(facets, List.of()).quotable())
                .isEqualTo(Map.of("category:horror", "horror", "category:drama", "drama"));
    }

    @Test
    void whatOthersSayCountsWithFiveAndIsNeverQuotedAsTheUsersOwn() {
        List<Neighbourhood.Member> four = new ArrayList<>();
        for (int user = 1; user <= 4; user++) {
            four.add(member("U" + user, 1, "comedy"));
        }
        assertThat(CountingSynthesis.facets(input(List.of(), Map.of(), four.toArray(Neighbourhood.Member[]::new))))
                .isEmpty();
        four.add(member("U5", 1, "comedy"));
        List<Facet> facets =
                CountingSynthesis.facets(input(List.of(), Map.of(), four.toArray(Neighbourhood.Member[]::new)));
        assertThat(facets).singleElement().satisfies(facet -> {
            assertThat(facet.words()).isEqualTo("comedy");
            assertThat(facet.supports()).hasSize(5);
            assertThat(facet.own()).isFalse();
        });
        assertThat(new Facets(facets, List.of()).quotable()).isEmpty();
    }

    /// What a trace keeps gives the same facets, and of one user alone nothing.
    @Test
    void whatCountsOfANeighbourhoodGivesTheSameFacets() {
        Neighbourhood all = neighbourhood(
                member("U1", 3, "drama", "comedy"),
                member("U2", 2, "comedy", "war"),
                member("U3", 1, "comedy"),
                member("U4", 1, "musical"),
                member("U5", 1, "comedy"),
                member("U6", 1, "comedy"),
                member("I1", 1, "war"));
        Neighbourhood counted = all.counted();
        assertThat(counted.members())
                .extracting(member -> member.themes().stream()
                        .map(share -> share.theme().value())
                        .toList())
                .containsExactly(
                        List.of("category:comedy"),
                        List.of("category:comedy"),
                        List.of("category:comedy"),
                        List.of(),
                        List.of("category:comedy"),
                        List.of("category:comedy"),
                        List.of("category:war"));
        assertThat(CountingSynthesis.facets(new SynthesisInput(List.of(), Map.of(), counted)))
                .isEqualTo(CountingSynthesis.facets(new SynthesisInput(List.of(), Map.of(), all)))
                .hasSize(2);
        assertThat(counted.counted()).isEqualTo(counted);
    }

    /// Ten thousand users of 1 to 2,000 memories of any length and script, with neighbourhoods of any size: what is
    /// rendered keeps the budget, and is filled as far as there is something.
    @Test
    void noContextIsOverBudget() {
        SplittableRandom random = new SplittableRandom(20_260_101);
        List<String> words = List.of("slow", "films", "惊悚片", "любит", "horror", "🎬", "Ω", "a", "space-opera", "ab,c;");
        List<ThemeId> themes = vocabulary.all();
        int most = 0;
        int told = 0;
        int shortened = 0;
        for (int user = 0; user < 10_000; user++) {
            int memories = (int) Math.round(Math.pow(2_000, random.nextDouble()));
            List<Memory> own = new ArrayList<>();
            for (int i = 0; i < memories; i++) {
                StringBuilder text = new StringBuilder();
                int length = 1 + random.nextInt(1 + random.nextInt(380));
                while (text.length() < length) {
                    text.append(words.get(random.nextInt(words.size()))).append(' ');
                }
                own.add(memory(
                        i,
                        text.substring(0, Math.min(text.length(), Memory.MAX_TEXT))
                                .strip(),
                        1,
                        null));
            }
            List<Neighbourhood.Member> members = new ArrayList<>();
            for (int i = random.nextInt(Curator.MOST + 1); i > 0; i--) {
                List<Neighbourhood.Share> shares = new ArrayList<>();
                for (int t = random.nextInt(Curator.MOST_THEMES); t >= 0; t--) {
                    shares.add(new Neighbourhood.Share(themes.get(random.nextInt(themes.size())), random.nextDouble()));
                }
                members.add(new Neighbourhood.Member((random.nextBoolean() ? "U" : "I") + i, 1, shares));
            }
            Map<ThemeId, Double> profile = new LinkedHashMap<>();
            for (int i = random.nextInt(themes.size()); i > 0; i--) {
                profile.put(themes.get(i), random.nextDouble());
            }
            SynthesisInput input = input(own, profile, members.toArray(Neighbourhood.Member[]::new));
            for (ModelLevel level : List.of(ModelLevel.T2, ModelLevel.T3)) {
                int budget = SynthesisPack.budget(level);
                SynthesisPack pack = SynthesisPack.of(input, budget, PROMPTS);
                int tokens = SynthesisPack.tokens(PROMPTS.render(pack.prompt()));
                assertThat(tokens).as("%s memories at %s", memories, level).isLessThanOrEqualTo(budget);
                assertThat(pack.texts()).hasSizeLessThanOrEqualTo(JsonShape.MAX_MEMBERS);
                most = Math.max(most, level == ModelLevel.T3 ? tokens : 0);
                told += pack.prompt().memories().size();
                shortened += pack.prompt().memories().size() < Math.min(memories, SynthesisPrompt.MAX_MEMORIES) ? 1 : 0;
            }
        }
        assertThat(most).as("the budget is used").isGreaterThan(1_600);
        assertThat(told).isGreaterThan(100_000);
        assertThat(shortened).as("some had to be cut").isGreaterThan(1_000);
    }

    private static ScriptedModel model(ModelLevel level, Function<RenderedPrompt, String> answer) {
        return new ScriptedModel(level, new Script() {
            @Override
            public Step fill(RenderedPrompt prompt, JsonShape shape) {
                return new Step.Piece(answer.apply(prompt));
            }

            @Override
            public Iterator<Step> say(RenderedPrompt prompt) {
                return List.<Step>of().iterator();
            }
        });
    }

    private static String facet(String words, String... support) {
        return "{\"facet\":\"" + words + "\",\"confidence\":0.9,\"support\":[\"" + String.join("\",\"", support)
                + "\"]}";
    }

    private List<Facet> byModel(String answer, SynthesisInput input) {
        return new ModelSynthesis(model(ModelLevel.T3, _ -> answer), PROMPTS)
                .facets(input, Deadline.after(Duration.ofSeconds(5), InstantSource.system()));
    }

    @Test
    void ofAModelsFacetsThoseAreKeptThatRestOnWhatTheyName() {
        Neighbourhood.Member[] members = {
            member("U1", 1, "comedy"), member("U2", 1, "comedy"), member("U3", 1, "comedy"),
            member("U4", 1, "comedy"), member("U5", 1, "comedy"), member("I1", 1, "war")
        };
        SynthesisInput input = input(
                List.of(memory(1, "Slow space films with old ships", 1, null), memory(2, "Hates slashers", -1, null)),
                Map.of(theme("horror"), 1.0),
                members);
        String answer = "{\"facets\":["
                + String.join(
                        ",",
                        facet("slow space ships", "M2"),
                        facet("Slow space ships", "M2"),
                        facet("comedies", "U1", "U2", "U3", "U4"),
                        facet("comedy", "U1", "U2", "U3", "U4", "U5"),
                        facet("slashers", "M1"),
                        facet("expensive watches", "M2", "self"),
                        facet("horror", "self"))
                + "]}";
        assertThat(byModel(answer, input))
                .extracting(Facet::words)
                .containsExactly("slow space ships", "comedy", "horror");
        assertThat(byModel("{\"facets\":[" + facet("war", "I1") + "]}", input))
                .singleElement()
                .satisfies(one -> assertThat(one.own()).isFalse());
    }

    @Test
    void whatOneNeighbourLikesIsNoFacetHoweverItIsSupported() {
        Neighbourhood.Member[] members = {
            member("U1", 1, "drama", "comedy"),
            member("U2", 1, "comedy"),
            member("U3", 1, "comedy"),
            member("U4", 1, "comedy"),
            member("U5", 1, "comedy")
        };
        SynthesisInput input = input(List.of(memory(1, "Slow space films", 1, null)), Map.of(), members);
        String answer = "{\"facets\":["
                + String.join(
                        ",",
                        facet("drama", "M1", "U1"),
                        facet("dramas", "U1", "U2", "U3", "U4", "U5"),
                        facet("slow drama", "M1", "U1", "U2", "U3", "U4", "U5"),
                        facet("slow comedy", "M1", "U1", "U2", "U3", "U4"),
                        facet("slow comedies", "M1", "U1", "U2", "U3", "U4", "U5"))
                + "]}";
        assertThat(byModel(answer, input)).extracting(Facet::words).containsExactly("slow comedies");
    }

    @Test
    void shortWordsAreGroundedToo() {
        SynthesisInput input =
                input(List.of(memory(1, "Slow films of the sea", 1, null), memory(2, "喜欢惊悚片", 1, null)), Map.of());
        String answer = "{\"facets\":["
                + String.join(
                        ",",
                        facet("war", "M2"),
                        facet("恐怖", "M1"),
                        facet("of the", "M2"),
                        facet("!!", "M2"),
                        facet("the sea", "M2"),
                        facet("惊悚", "M1"))
                + "]}";
        assertThat(byModel(answer, input)).extracting(Facet::words).containsExactly("the sea", "惊悚");
    }

    @Test
    void aHandleThatWasNotGivenIsRefused() {
        SynthesisInput input = input(List.of(memory(1, "Slow films", 1, null)), Map.of());
        for (String bad : List.of(
                "{\"facets\":[" + facet("slow films", "M2") + "]}",
                "{\"facets\":[" + facet("slow films", "user17") + "]}",
                "{\"facets\":[" + facet("slow".repeat(30), "M1") + "]}",
                "{\"facets\":[" + ("," + facet("slow", "M1")).repeat(8).substring(1) + "]}",
                "no JSON at all")) {
            org.assertj.core.api.Assertions.assertThatThrownBy(() -> byModel(bad, input))
                    .isInstanceOf(AgentException.class);
        }
    }

    private CollaborativeReader reader(ScriptedModel model) {
        return reader(model, Duration.ZERO);
    }

    private CollaborativeReader reader(ScriptedModel model, Duration idle) {
        return new CollaborativeReader(new CollaborativeReader.Parts(
                world.curator,
                () -> DomainPackFile.films().rule(),
                user -> world.memories.active(new Subject.OfUser(user)),
                model,
                PROMPTS,
                Clock.systemUTC(),
                idle));
    }

    private static void settle(CollaborativeReader reader, long requests) throws InterruptedException {
        long end = System.nanoTime() + Duration.ofSeconds(20).toNanos();
        while ((reader.waiting() > 0 || reader.counts().requests() < requests) && System.nanoTime() < end) {
            Thread.sleep(2);
        }
        Thread.sleep(30);
    }

    private CollaborativeReader.Reading read(CollaborativeReader reader) {
        return reader.read(ANN, world.memories.active(new Subject.OfUser(ANN)), true);
    }

    /// However many share what she likes, a reading asks for nothing itself, and what follows it is one
    /// request at most.
    @Test
    void requestsAreCountedForNoneToFiftyNeighbours() throws Exception {
        world.like(List.of(ANN), 1, 2, 3);
        world.remember(ANN, "Likes drama", 1, new Slot("genre", "drama"));
        AtomicInteger asked = new AtomicInteger();
        AtomicInteger seen = new AtomicInteger();
        ScriptedModel model = model(ModelLevel.T3, prompt -> {
            asked.incrementAndGet();
            seen.set((int)
                    prompt.user().lines().filter(line -> line.startsWith("U")).count());
            String memory = prompt.user()
                    .lines()
                    .filter(line -> line.endsWith(" Likes drama"))
                    .map(line -> line.substring(0, line.indexOf(' ')))
                    .findFirst()
                    .orElseThrow();
            return "{\"facets\":[" + facet("drama", memory) + "]}";
        });
        try (CollaborativeReader reader = reader(model, Duration.ofMillis(300))) {
            for (int neighbours = 0; neighbours <= 50; neighbours++) {
                if (neighbours > 0) {
                    world.like(List.of(new UserId("user" + neighbours)), 1, 2, neighbours % PropagationWorld.ITEMS);
                    PropagationWorld.follow(world.truth);
                }
                // Another revision of what is known, so that nothing is taken from before.
                world.remember(ANN, "Remark number " + neighbours + " about nothing in particular", 0, null);
                int before = asked.get();
                CollaborativeReader.Reading reading = read(reader);
                assertThat(asked.get()).as("within the reading").isEqualTo(before);
                settle(reader, before + 1);
                // A request counts before the model has answered it.
                long end = System.nanoTime() + Duration.ofSeconds(20).toNanos();
                while (read(reader).facets().byModel().isEmpty() && System.nanoTime() < end) {
                    Thread.sleep(2);
                }
                assertThat(asked.get() - before).as("%s neighbours", neighbours).isEqualTo(1);
                assertThat(reading.curated().neighbourhood().users()).isLessThanOrEqualTo(neighbours);
                assertThat(read(reader).facets().byModel())
                        .extracting(Facet::words)
                        .containsExactly("drama");
                settle(reader, before + 1);
                assertThat(asked.get() - before).as("known now").isEqualTo(1);
            }
            assertThat(seen.get()).as("of many neighbours some are told").isGreaterThanOrEqualTo(4);
            assertThat(reader.counts()).isEqualTo(new CollaborativeReader.Counts(51, 0));
        }
    }

    @Test
    void facetsOfAModelHoldUntilWhatTheyRestOnChangesOrGoes() throws Exception {
        world.like(List.of(ANN), 1, 2, 3);
        Memory drama = world.remember(ANN, "Likes drama", 1, new Slot("genre", "drama"));
        ScriptedModel model = model(ModelLevel.T2, _ -> "{\"facets\":[" + facet("drama", "M1") + "]}");
        try (CollaborativeReader reader = reader(model)) {
            assertThat(read(reader).facets().byModel()).isEmpty();
            settle(reader, 1);
            assertThat(read(reader).facets().byModel()).hasSize(1);
            assertThat(reader.read(ANN, List.of(drama), false).facets().byModel())
                    .as("without models")
                    .isEmpty();
            assertThat(reader.erasure().remaining(ANN)).isEqualTo(1);
            world.remember(ANN, "Likes war", 1, new Slot("genre", "war"));
            assertThat(read(reader).facets().byModel()).as("another revision").isEmpty();
            settle(reader, 2);
            assertThat(reader.erasure().remaining(ANN)).isEqualTo(1);
            try (Erasure erasure = world.truth.erasure(List.of(reader.erasure()))) {
                assertThat(erasure.memory(drama.id()).orElseThrow().places())
                        .contains(new ErasureReceipt.Place("facets", 1, 0));
            }
            assertThat(reader.erasure().remaining(ANN)).isZero();
        }
    }

    /// Neither an erasure nor a turn that is to be without models leaves a request to come.
    @Test
    void whoWaitsIsNotAskedAboutAfterAnErasureOrWithoutModels() {
        world.like(List.of(ANN), 1, 2, 3);
        world.remember(ANN, "Likes drama", 1, new Slot("genre", "drama"));
        ScriptedModel model = model(ModelLevel.T2, _ -> "{\"facets\":[]}");
        try (CollaborativeReader reader = reader(model, Duration.ofMinutes(1))) {
            read(reader);
            assertThat(reader.waiting()).isEqualTo(1);
            reader.read(ANN, world.memories.active(new Subject.OfUser(ANN)), false);
            assertThat(reader.waiting()).isZero();
            read(reader);
            assertThat(reader.waiting()).isEqualTo(1);
            assertThat(reader.erasure().erase(ANN)).isEqualTo(1);
            assertThat(reader.waiting()).isZero();
        }
    }

    @Test
    void aModelThatFailsStallsOrIsTooSmallLeavesTheCounts() throws Exception {
        world.like(List.of(ANN), 1, 2, 3);
        world.remember(ANN, "Likes drama", 1, new Slot("genre", "drama"));
        Instant now = Instant.now();
        for (ModelLevel level : List.of(ModelLevel.T1, ModelLevel.T2)) {
            ScriptedModel model = model(level, _ -> "{");
            try (CollaborativeReader reader = reader(model)) {
                Facets facets = read(reader).facets();
                assertThat(facets.counted()).isNotEmpty();
                settle(reader, level == ModelLevel.T1 ? 0 : 1);
                assertThat(model.prompts()).hasSize(level == ModelLevel.T1 ? 0 : 1);
                assertThat(reader.counts().failed()).isEqualTo(level == ModelLevel.T1 ? 0 : 1);
                assertThat(read(reader).facets().counted()).isEqualTo(facets.counted());
            }
        }
        assertThat(Duration.between(now, Instant.now())).isLessThan(Duration.ofSeconds(60));
    }
}
