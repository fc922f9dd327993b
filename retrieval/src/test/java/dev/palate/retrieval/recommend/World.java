package dev.palate.retrieval.recommend;

import dev.palate.memory.catalog.Catalog;
import dev.palate.memory.catalog.Item;
import dev.palate.memory.catalog.ItemId;
import dev.palate.memory.index.ItemFilter;
import dev.palate.memory.index.ItemText;
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
import dev.palate.memory.text.Centering;
import dev.palate.memory.text.EncodingVersion;
import dev.palate.memory.text.HashingEncoder;
import dev.palate.memory.text.TextEncoder;
import dev.palate.memory.user.UserId;
import dev.palate.retrieval.Progress;
import dev.palate.retrieval.candidate.Audiences;
import dev.palate.retrieval.candidate.CandidateSource;
import dev.palate.retrieval.candidate.CollaborativeModel;
import dev.palate.retrieval.candidate.Freshness;
import dev.palate.retrieval.candidate.ItemSearch;
import dev.palate.retrieval.candidate.ParallelSources;
import dev.palate.retrieval.candidate.Sources;
import dev.palate.retrieval.candidate.TextVectors;
import dev.palate.retrieval.candidate.Themes;
import dev.palate.retrieval.candidate.UserHistories;
import dev.palate.retrieval.candidate.UserMemories;
import dev.palate.retrieval.factor.Ease;
import dev.palate.retrieval.factor.Histories;
import dev.palate.retrieval.factor.HistoryDecay;
import dev.palate.retrieval.factor.ImplicitAls;
import dev.palate.retrieval.factor.ItemFactors;
import dev.palate.retrieval.factor.ItemKnn;
import dev.palate.retrieval.factor.Transitions;
import dev.palate.retrieval.training.ItemContents;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.function.Predicate;

/// A small synthetic catalog with people in it, over a real store; models are fitted on request. Closed by the test.
final class World implements AutoCloseable {
    static final Instant NOW = Instant.parse("2026-03-01T12:00:00Z");
    static final List<String> GENRES =
            List.of("Drama", "Comedy", "Horror", "Sci-Fi", "Western", "Romance", "War", "Musical");
    static final List<String> TAGS = List.of("space", "slasher", "slow", "heist", "robots", "paris", "dog", "train");
    static final Themes THEMES = id -> id.equals("slasher")
            ? Optional.of(new Themes.Theme(
                    "slasher", java.util.Set.of("slasher"), java.util.Set.of("knife"), java.util.Set.of()))
            : Optional.empty();

    final SqlTruth truth;
    final TextEncoder encoder;
    final Clock clock = Clock.fixed(NOW, ZoneOffset.UTC);
    private final DataDirectory directory;
    private final List<AutoCloseable> opened = new ArrayList<>();
    private CollaborativeModel model = CollaborativeModel.NONE;
    private TextVectors vectors = TextVectors.NONE;
    private EncodingVersion encoding;
    private int memoryCount;

    World(Path folder) {
        this(folder, new HashingEncoder());
    }

    /// With another encoder.
    World(Path folder, TextEncoder encoder) {
        this.encoder = encoder;
        encoding = EncodingVersion.uncentred(encoder);
        directory = DataDirectory.open(folder.resolve("data"));
        truth = SqlTruth.open(directory, clock);
    }

    /// Items and users drawn from the seed: user u prefers two genres. Some items are hidden or out of their time.
    World populate(SplittableRandom random, int items, int users, int eventsPerUser) {
        List<Item> catalog = new ArrayList<>();
        for (int i = 0; i < items; i++) {
            catalog.add(randomItem(random, i));
        }
        truth.catalog().putAll(catalog);
        List<Interaction> events = new ArrayList<>();
        for (int u = 0; u < users; u++) {
            for (int e = 0; e < eventsPerUser; e++) {
                Item item = catalog.get(random.nextInt(items));
                boolean fits = item.categories().contains(GENRES.get(u % GENRES.size()));
                if (fits || random.nextInt(4) == 0) {
                    double stars = fits ? 3.5 + random.nextInt(4) * 0.5 : 1 + random.nextInt(8) * 0.5;
                    events.add(interaction("u" + u, item.id().value(), Math.min(5, stars), u * 1_000 + e));
                }
            }
        }
        truth.interactions().append(events);
        return this;
    }

    private static Item randomItem(SplittableRandom random, int number) {
        List<String> genres = new ArrayList<>();
        List<String> tags = new ArrayList<>();
        for (int g = 0; g < 1 + random.nextInt(3); g++) {
            String genre = GENRES.get(random.nextInt(GENRES.size()));
            if (!genres.contains(genre)) {
                genres.add(genre);
            }
        }
        for (int t = 0; t < random.nextInt(3); t++) {
            tags.add(TAGS.get(random.nextInt(TAGS.size())));
        }
        boolean hidden = random.nextInt(20) == 0;
        Instant from = random.nextInt(20) == 0 ? NOW.plus(Duration.ofDays(random.nextInt(10) - 5)) : null;
        Instant to = random.nextInt(20) == 0 ? NOW.plus(Duration.ofDays(random.nextInt(10) - 5)) : null;
        Integer year = random.nextInt(15) == 0 ? null : 1930 + random.nextInt(95);
        String title = "Film " + number + (random.nextInt(30) == 0 ? " with a Knife" : "");
        String words = String.join(" ", genres) + " " + String.join(" ", tags);
        return new Item(
                new ItemId("i" + number),
                title,
                year,
                genres,
                tags.stream().distinct().toList(),
                "A story of " + words.toLowerCase(Locale.ROOT),
                Map.of(),
                hidden,
                from,
                to,
                0);
    }

    Interaction interaction(String user, String item, double stars, long minutes) {
        return new Interaction(
                new InteractionId(user + "/" + item + "/" + minutes),
                new UserId(user),
                new ItemId(item),
                new Feedback.Rated(stars),
                NOW.minus(Duration.ofDays(30)).plus(Duration.ofMinutes(minutes)),
                null);
    }

    /// Encodes every item as the catalog has it now.
    World encode() {
        List<ItemId> ids = new ArrayList<>();
        List<float[]> raw = new ArrayList<>();
        Centering centering = new Centering(encoder);
        truth.catalog().scan(item -> {
            ids.add(item.id());
            raw.add(encoder.encode(ItemText.of(item)));
            centering.add(raw.getLast());
        });
        float[] matrix = new float[ids.size() * encoder.dimension()];
        for (int row = 0; row < ids.size(); row++) {
            System.arraycopy(raw.get(row), 0, matrix, row * encoder.dimension(), encoder.dimension());
        }
        TextVectors.Matrix made = new TextVectors.Matrix(encoder.dimension(), ids, matrix);
        encoding = centering.version();
        vectors = () -> made;
        return this;
    }

    /// Texts and categories as a server hands them to training.
    ItemContents contents() {
        TextVectors.Matrix matrix = vectors.current();
        List<String> items = new ArrayList<>();
        List<List<String>> categories = new ArrayList<>();
        truth.catalog().scan(item -> {
            items.add(item.id().value());
            categories.add(item.categories());
        });
        return new ItemContents(
                matrix.ids().stream().map(ItemId::value).toList(),
                matrix.raw(),
                matrix.ids().isEmpty() ? new float[0] : encoding.mean(),
                matrix.ids().isEmpty() ? "" : encoding.id(),
                items,
                categories);
    }

    /// Fits all collaborative models on the interactions as they are now.
    World train() {
        return train(item -> true);
    }

    /// The same without what happened with the items that are not to be known to the model.
    World train(Predicate<ItemId> known) {
        List<ItemId> items = new ArrayList<>();
        Map<ItemId, Integer> rows = new HashMap<>();
        truth.catalog().scan(item -> {
            if (known.test(item.id())) {
                rows.put(item.id(), items.size());
                items.add(item.id());
            }
        });
        Map<UserId, Integer> users = new HashMap<>();
        Histories.Builder builder = new Histories.Builder(items.size());
        truth.interactions().scan(event -> {
            if (known.test(event.item())) {
                builder.add(
                        users.computeIfAbsent(event.user(), user -> users.size()),
                        rows.getOrDefault(event.item(), 0),
                        event.at().toEpochMilli());
            }
        });
        model = fitted(items, builder.build());
        return this;
    }

    static CollaborativeModel fitted(List<ItemId> items, Histories histories) {
        ImplicitAls.Options als = new ImplicitAls.Options(16, 1, 0.003, 1, 5, 3, 1);
        ItemFactors factors = ImplicitAls.fit(histories, als, 1, Progress.NONE);
        CollaborativeModel.Loaded loaded = CollaborativeModel.Loaded.of(
                "test-1",
                items,
                Map.of(
                        "cf", factors,
                        "ease",
                                Ease.fit(histories, new Ease.Options(200, 1), Progress.NONE)
                                        .scorer(HistoryDecay.of(0.9)),
                        "knn", ItemKnn.fit(histories, ItemKnn.Options.DEFAULT).scorer(HistoryDecay.of(0.6)),
                        "transitions",
                                Transitions.fit(histories, Transitions.Options.DEFAULT)
                                        .scorer(Transitions.DECAY)
                                        .logarithmic()));
        CollaborativeModel.Vectors vectors =
                new CollaborativeModel.Vectors("test-1", items, factors, histories.itemCounts());
        return new CollaborativeModel() {
            @Override
            public Optional<Loaded> current() {
                return Optional.of(loaded);
            }

            @Override
            public Optional<Vectors> vectors(String signal) {
                return signal.equals("cf") ? Optional.of(vectors) : Optional.empty();
            }
        };
    }

    /// The model that is served.
    CollaborativeModel model() {
        return model;
    }

    /// Serves what this registry serves.
    World serving(CollaborativeModel active) {
        model = active;
        return this;
    }

    Freshness freshness() {
        Freshness freshness = new Freshness(
                truth.catalog(),
                truth.interactions(),
                truth.changes(),
                new UserHistories(truth.interactions(), 100),
                clock,
                new Freshness.Options(Duration.ofDays(60), Duration.ofDays(14), Duration.ZERO));
        opened.add(freshness);
        return freshness;
    }

    Sources sources() {
        return sources(Audiences.NONE);
    }

    Sources sources(Audiences audiences) {
        return new Sources(model, vectors, encoder, () -> encoding, new WordSearch(truth.catalog()), THEMES, audiences);
    }

    UserMemories memories() {
        return UserMemories.of(
                user -> truth.memories().active(new Subject.OfUser(user)),
                user -> truth.memories().standing(new Subject.OfUser(user)));
    }

    FusedRecommender recommender() {
        Sources sources = sources();
        return recommender(sources, sources.all());
    }

    /// With other sources than the usual.
    FusedRecommender recommender(Sources sources, List<CandidateSource> running) {
        FusedRecommender recommender = new FusedRecommender(
                truth.catalog(),
                freshness(),
                memories(),
                sources,
                new ParallelSources(running, ParallelSources.Options.DEFAULT),
                clock,
                FusedRecommender.Options.DEFAULT);
        opened.add(recommender);
        return recommender;
    }

    SimilarItems similarItems() {
        return new SimilarItems(truth.catalog(), freshness(), sources(), clock);
    }

    /// Writes a stated memory of the user.
    Memory remember(String user, MemoryKind kind, String slot, double polarity, String text) {
        Memory memory = Memory.fresh(
                new MemoryId("m" + memoryCount++),
                new Subject.OfUser(new UserId(user)),
                kind,
                text,
                polarity,
                Trust.STATED,
                Slot.parse(slot),
                List.of(),
                NOW.minus(Duration.ofDays(1)));
        return truth.memories()
                .put(List.of(new Memories.Write(memory, Actor.AGENT, "test")))
                .getFirst();
    }

    /// Writes the memory's next revision.
    Memory change(Memory next) {
        return truth.memories()
                .put(List.of(new Memories.Write(next, Actor.AGENT, "test")))
                .getFirst();
    }

    @Override
    public void close() {
        opened.forEach(part -> {
            try {
                part.close();
            } catch (Exception failed) {
                throw new IllegalStateException(failed);
            }
        });
        truth.close();
        directory.close();
    }

    /// Search over the text of the items as they were when it was made, by counting words; stands in where the
    /// index is
    /// not what is tested.
    private static final class WordSearch implements ItemSearch {
        private final Map<ItemId, List<String>> texts = new LinkedHashMap<>();

        WordSearch(Catalog catalog) {
            catalog.scan(item -> texts.put(item.id(), words(item.title() + " " + item.description())));
        }

        @Override
        public List<Hit> search(String words, ItemFilter filter, int limit) {
            List<String> wanted = words(words);
            List<Hit> hits = new ArrayList<>();
            texts.forEach((item, text) -> {
                long count = wanted.stream().filter(text::contains).count();
                if (count > 0) {
                    hits.add(new Hit(item, count));
                }
            });
            hits.sort(Comparator.comparingDouble(hit -> -hit.score()));
            return hits.subList(0, Math.min(limit, hits.size()));
        }

        private static List<String> words(String text) {
            return List.of(text.toLowerCase(Locale.ROOT).split("\\W+", -1));
        }
    }
}
