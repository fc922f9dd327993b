package dev.palate.agent.collaborative;

import dev.palate.agent.domain.DomainPackFile;
import dev.palate.agent.domain.DomainRule;
import dev.palate.agent.llm.ModelLevel;
import dev.palate.memory.catalog.Item;
import dev.palate.memory.catalog.ItemId;
import dev.palate.memory.index.IndexChanges;
import dev.palate.memory.index.IndexOptions;
import dev.palate.memory.interaction.Feedback;
import dev.palate.memory.interaction.Interaction;
import dev.palate.memory.interaction.InteractionId;
import dev.palate.memory.memory.Actor;
import dev.palate.memory.memory.Memories;
import dev.palate.memory.memory.Memory;
import dev.palate.memory.memory.MemoryId;
import dev.palate.memory.memory.MemoryKind;
import dev.palate.memory.memory.Slot;
import dev.palate.memory.memory.Subject;
import dev.palate.memory.memory.Trust;
import dev.palate.memory.sql.DataDirectory;
import dev.palate.memory.sql.SqlTruth;
import dev.palate.memory.text.HashingEncoder;
import dev.palate.memory.theme.KnownThemes;
import dev.palate.memory.theme.ThemeDelta;
import dev.palate.memory.theme.ThemeId;
import dev.palate.memory.theme.ThemePlan;
import dev.palate.memory.theme.ThemeWeights;
import dev.palate.memory.theme.ThemesInForce;
import dev.palate.memory.tier.TierOptions;
import dev.palate.memory.tier.TieredMemories;
import dev.palate.memory.user.UserId;
import dev.palate.prompts.PromptLibrary;
import dev.palate.retrieval.candidate.Audiences;
import dev.palate.retrieval.candidate.UserHistories;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/// How long a turn waits for what like users and items tell: recalling the user's memories, curating, counting facets
/// and packing the prompt, over a SQLite file of many users with twelve interactions and two memories each, on items
/// that some have far more often than others. `main [USERS] [READINGS]`, 100,000 and 4,000 when not given; the users
/// read are drawn, so nearly all come from the file, and are then read again.
final class CurateBenchmark {
    private static final int ITEMS = 10_000;
    private static final int EACH = 12;
    private static final int MEMORIES = 2;
    private static final int BATCH = 12_000;
    private static final Instant NOW = Instant.parse("2026-03-02T10:00:00Z");

    private final SplittableRandom random = new SplittableRandom(20_260_101);
    private final SqlTruth truth;
    private final int users;

    private CurateBenchmark(SqlTruth truth, int users) {
        this.truth = truth;
        this.users = users;
    }

    public static void main(String[] arguments) throws Exception {
        int users = arguments.length == 0 ? 100_000 : Integer.parseInt(arguments[0]);
        int readings = arguments.length < 2 ? 4_000 : Integer.parseInt(arguments[1]);
        try (DataDirectory directory = DataDirectory.open(Files.createTempDirectory("palate-curate"));
                SqlTruth truth = SqlTruth.open(directory, Clock.systemUTC())) {
            CurateBenchmark benchmark = new CurateBenchmark(truth, users);
            benchmark.fill();
            benchmark.measure(directory.root(), readings);
        }
    }

    private ItemId item() {
        // Some are had thousands of times as often as others.
        return new ItemId("i" + (int) (ITEMS * Math.pow(random.nextDouble(), 3)));
    }

    private void fill() {
        long start = System.nanoTime();
        List<Item> items = new ArrayList<>();
        for (int i = 0; i < ITEMS; i++) {
            items.add(Item.of(
                    new ItemId("i" + i),
                    "Item " + i,
                    1990,
                    List.of("genre " + i % 24, "genre " + (i / 24 + 3) % 24, "genre " + i % 7)));
        }
        truth.catalog().putAll(items);
        KnownThemes themes = KnownThemes.of(truth.catalog(), Set.of());
        List<ThemeId> all = themes.vocabulary().all();
        for (int from = 0; from < users; from += BATCH / EACH) {
            List<Interaction> interactions = new ArrayList<>();
            List<Memories.Write> memories = new ArrayList<>();
            List<ThemeWeights.Planned> plans = new ArrayList<>();
            for (int u = from; u < Math.min(users, from + BATCH / EACH); u++) {
                UserId user = new UserId("u" + u);
                Set<ItemId> had = new LinkedHashSet<>();
                while (had.size() < EACH) {
                    had.add(item());
                }
                int number = 0;
                for (ItemId item : had) {
                    interactions.add(new Interaction(
                            new InteractionId(u + "/" + number),
                            user,
                            item,
                            new Feedback.Liked(),
                            NOW.minus(Duration.ofHours(random.nextInt(24 * 700))),
                            null));
                    number++;
                }
                Interaction first = interactions.get(interactions.size() - EACH);
                List<ThemeDelta> deltas = new ArrayList<>();
                IntStream.range(0, 8)
                        .map(_ -> random.nextInt(all.size()))
                        .distinct()
                        .forEach(theme -> deltas.add(new ThemeDelta(
                                new Subject.OfUser(user), all.get(theme), 100_000 + random.nextInt(900_000))));
                themes.of(first.item())
                        .forEach(theme -> deltas.add(new ThemeDelta(new Subject.OfItem(first.item()), theme, 100_000)));
                plans.add(new ThemeWeights.Planned(new ThemePlan(first.id(), user, first.item(), deltas), 0));
                for (int m = 0; m < MEMORIES; m++) {
                    String genre = "genre " + random.nextInt(24);
                    memories.add(new Memories.Write(
                            Memory.fresh(
                                    new MemoryId(u + "-" + m),
                                    new Subject.OfUser(user),
                                    MemoryKind.PREFERENCE,
                                    "Likes " + genre + " number " + u,
                                    1,
                                    Trust.STATED,
                                    new Slot("note", m + genre),
                                    List.of(),
                                    NOW.minusSeconds(60)),
                            Actor.IMPORT,
                            "benchmark"));
                }
            }
            truth.interactions().append(interactions);
            truth.memories().put(memories);
            truth.themes().apply(plans);
        }
        System.out.printf(Locale.ROOT, "%d users filled in %.0f s%n", users, seconds(start));
    }

    private static double seconds(long start) {
        return (System.nanoTime() - start) / 1e9;
    }

    private void measure(Path folder, int readings) throws Exception {
        HashingEncoder encoder = new HashingEncoder();
        long start = System.nanoTime();
        try (IndexChanges index = IndexChanges.open(
                folder,
                new IndexChanges.Sources(truth.changes(), truth.catalog(), truth.memories()),
                encoder,
                IndexOptions.defaults())) {
            index.awaitApplied(truth.changes().latest(), Duration.ofMinutes(20));
            index.awaitEncoded(Duration.ofMinutes(20));
            System.out.printf(Locale.ROOT, "indexed in %.0f s%n", seconds(start));
            TieredMemories memories =
                    new TieredMemories(truth.memories(), index, encoder, Clock.systemUTC(), TierOptions.defaults());
            ThemesInForce themes = new ThemesInForce(truth.catalog(), truth.changes(), Set.of());
            ThemeSpaces spaces = new ThemeSpaces(themes, encoder, index::encoding);
            spaces.refreshed();
            try (Audiences audiences = new Audiences(truth.themes(), Duration.ofSeconds(5), themes::current)) {
                while (audiences.current().isEmpty()) {
                    Thread.sleep(50);
                }
                UserHistories histories = new UserHistories(truth.interactions(), 10_000);
                Curator curator = new Curator(new Curator.Ports(
                        histories::of, truth.interactions(), truth.themes(), audiences, spaces, memories::pack));
                int[] warmUp = random.ints(2_000, 0, users).toArray();
                read(curator, memories, warmUp);
                int[] drawn = random.ints(readings, 0, users).toArray();
                print("first", read(curator, memories, drawn));
                print("again", read(curator, memories, drawn));
            }
        }
    }

    /// Milliseconds of each reading: recall, curate, and facets with the packed prompt.
    private double[][] read(Curator curator, TieredMemories memories, int[] drawn) {
        PromptLibrary prompts = PromptLibrary.load();
        DomainRule rule = DomainPackFile.films().rule();
        double[][] times = new double[5][drawn.length];
        long members = 0;
        for (int i = 0; i < drawn.length; i++) {
            UserId user = new UserId("u" + drawn[i]);
            long cpu = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
            long start = System.nanoTime();
            List<Memory> recalled = memories.active(new Subject.OfUser(user));
            long recall = System.nanoTime();
            Curated curated = curator.curate(user, rule, NOW);
            long curate = System.nanoTime();
            SynthesisInput input = new SynthesisInput(recalled, curated.own(), curated.neighbourhood());
            CountingSynthesis.facets(input);
            prompts.render(SynthesisPack.of(input, SynthesisPack.budget(ModelLevel.T3), prompts)
                    .prompt());
            long end = System.nanoTime();
            times[0][i] = (recall - start) / 1e6;
            times[1][i] = (curate - recall) / 1e6;
            times[2][i] = (end - curate) / 1e6;
            times[3][i] = (end - start) / 1e6;
            times[4][i] = (ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime() - cpu) / 1e6;
            members += curated.neighbourhood().members().size();
        }
        System.out.printf(Locale.ROOT, "%.1f members a reading%n", (double) members / drawn.length);
        return times;
    }

    private static void print(String name, double[][] times) {
        List<String> names = List.of("recall", "curate", "facets and pack", "all", "CPU of all");
        for (int part = 0; part < times.length; part++) {
            Arrays.sort(times[part]);
            System.out.printf(
                    Locale.ROOT,
                    "%s, %s: p50 %.2f ms, p99 %.2f ms, most %.2f ms (load %.1f)%n",
                    name,
                    names.get(part),
                    times[part][times[part].length / 2],
                    times[part][times[part].length * 99 / 100],
                    times[part][times[part].length - 1],
                    ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage());
        }
    }
}
