package dev.palate.retrieval.candidate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.palate.memory.catalog.Item;
import dev.palate.memory.catalog.ItemId;
import dev.palate.memory.text.EncodingVersion;
import dev.palate.memory.text.HashingEncoder;
import dev.palate.memory.user.UserId;
import dev.palate.memory.vector.Kernels;
import dev.palate.retrieval.candidate.CollaborativeModel.Loaded;
import dev.palate.retrieval.dynamic.DynamicMemory;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/// What new items are made of their events is what a [DynamicMemory] makes of the log, event by event.
class DynamicItemsTest {
    private static final int TRAINED = 60;
    private static final int USERS = 40;

    private final HashingEncoder encoder = new HashingEncoder();
    private final List<Item> items = new ArrayList<>();
    private final Map<ItemId, Integer> rows = new HashMap<>();
    private final Map<String, List<ItemId>> log = new LinkedHashMap<>();
    private final CatalogSnapshot catalog;
    private final Map<String, String> retold = new HashMap<>();
    private CentredVectors texts;
    private final ItemStatistics statistics;
    private final FoldedItems folded;
    private final Loaded trained;
    private Loaded live;

    DynamicItemsTest() {
        List<ItemId> known = new ArrayList<>();
        for (int item = 0; item < TRAINED; item++) {
            ItemId id = new ItemId("t" + item);
            items.add(Item.of(id, "word" + item % 7 + " thing" + item % 11 + " part" + item, 2000, List.of()));
            rows.put(id, item);
            known.add(id);
        }
        for (String fresh : List.of("n1", "n2", "n3", "many")) {
            items.add(Item.of(new ItemId(fresh), "word1 fresh " + fresh, 2020, List.of()));
        }
        catalog = CatalogSnapshot.of(items);
        texts = encoded();
        // Nobody is counted, so that there is no mean user to take away and the two can be compared exactly.
        statistics = ItemStatistics.none(catalog);
        folded = new FoldedItems(rows, new LiveModel.Learnt("v", 0, new int[TRAINED], Map.of(), Map.of()));
        trained = Loaded.of("v", known, Map.of());
        live = trained;
        fillLog();
    }

    private CentredVectors encoded() {
        List<ItemId> ids = items.stream().map(Item::id).toList();
        float[] raw = new float[ids.size() * encoder.dimension()];
        for (int row = 0; row < ids.size(); row++) {
            float[] vector = encoder.encode(
                    retold.getOrDefault(ids.get(row).value(), items.get(row).title()));
            System.arraycopy(vector, 0, raw, row * vector.length, vector.length);
        }
        TextVectors.Matrix matrix = new TextVectors.Matrix(encoder.dimension(), ids, raw);
        EncodingVersion version = EncodingVersion.uncentred(encoder);
        return new CentredVectors.Source(() -> matrix, encoder, () -> version)
                .of(catalog)
                .orElseThrow();
    }

    /// The first five had n1 after four to nine others and went on, two had n2, one of them before anything else.
    private void fillLog() {
        SplittableRandom random = new SplittableRandom(7);
        for (int user = 0; user < USERS; user++) {
            List<ItemId> had = new ArrayList<>();
            if (user == 6) {
                had.add(new ItemId("n2"));
            }
            for (int event = 0; event < 4 + random.nextInt(6); event++) {
                ItemId id = new ItemId("t" + random.nextInt(TRAINED));
                if (!had.contains(id)) {
                    had.add(id);
                }
            }
            if (user < 5) {
                had.add(new ItemId("n1"));
            }
            if (user == 5) {
                had.add(new ItemId("n2"));
            }
            had.add(new ItemId("many"));
            had.add(new ItemId("t" + (user + 1) % TRAINED));
            log.put("u" + user, had.stream().distinct().toList());
        }
    }

    private void follow() {
        log.forEach((user, had) -> folded.changed(new UserId(user), had));
        live = folded.extend(trained);
    }

    private float[] direction(DynamicItems dynamic, String item) {
        float[] direction = new float[encoder.dimension()];
        int row = catalog.row(new ItemId(item));
        assertThat(dynamic.rows()).contains(row);
        // The score of a user who had one item is the direction's product with that item's text.
        for (int probe = 0; probe < TRAINED; probe++) {
            int of = catalog.row(new ItemId("t" + probe));
            direction[probe] =
                    dynamic.score(texts, new int[] {of}, catalog.size()).orElseThrow()[row];
        }
        return direction;
    }

    /// The same products of a vector made by replaying: `(seed + Σ U) / (1 + n)`, as a unit vector.
    private float[] expected(String item) {
        float[] sum = new float[encoder.dimension()];
        texts.add(1, catalog.row(new ItemId(item)), sum);
        log.forEach((user, had) -> {
            int at = had.indexOf(new ItemId(item));
            if (at > 0) {
                DynamicMemory before = new DynamicMemory(DynamicMemory.Options.of(encoder.dimension()), id -> {
                    float[] seed = new float[encoder.dimension()];
                    texts.copyTo(catalog.row(new ItemId(id)), seed, 0);
                    return seed;
                });
                had.subList(0, at).stream().filter(rows::containsKey).forEach(id -> before.apply(user, id.value()));
                Kernels.axpy(1, before.user(user), 0, sum, 0, sum.length);
            }
        });
        double length = Math.sqrt(Kernels.dot(sum, 0, sum, 0, sum.length));
        float[] products = new float[encoder.dimension()];
        float[] text = new float[encoder.dimension()];
        for (int probe = 0; probe < TRAINED; probe++) {
            texts.copyTo(catalog.row(new ItemId("t" + probe)), text, 0);
            products[probe] = (float) (Kernels.dot(sum, 0, text, 0, text.length) / length);
        }
        return products;
    }

    private DynamicItems dynamic(DynamicItems.Source source) {
        return source.of(catalog, texts, live, statistics).orElseThrow();
    }

    @Test
    void newItemsAreWhatADynamicMemoryMakesOfTheLog() {
        follow();
        DynamicItems.Source source = new DynamicItems.Source();
        assertThat(source.ready(catalog, texts, live)).isFalse();
        DynamicItems dynamic = dynamic(source);
        assertThat(source.ready(catalog, texts, live)).isTrue();
        assertThat(dynamic(source)).isSameAs(dynamic);
        for (String item : List.of("n1", "n2", "n3")) {
            assertThat(direction(dynamic, item)).as(item).containsExactly(expected(item), within(1e-5f));
        }
        assertThat(dynamic.rows())
                .as("40 users tell more by themselves")
                .doesNotContain(catalog.row(new ItemId("many")));
        assertThat(dynamic.rows()).hasSize(3);
    }

    /// The same through the class that `evaluate` replays with: one item's own updates, event by event.
    @Test
    void theGatedMeanIsThatOfTheEvaluatedClass() {
        follow();
        DynamicMemory memory = new DynamicMemory(DynamicMemory.Options.of(encoder.dimension()), item -> {
            float[] seed = new float[encoder.dimension()];
            texts.copyTo(catalog.row(new ItemId(item)), seed, 0);
            return seed;
        });
        log.forEach((user, had) -> {
            for (ItemId item : had) {
                if (item.value().equals("n1") || rows.containsKey(item)) {
                    memory.apply(user, item.value());
                }
                if (item.value().equals("n1")) {
                    break;
                }
            }
        });
        assertThat(memory.eventsOf("n1")).isEqualTo(5);
        float[] item = memory.item("n1");
        double length = Math.sqrt(Kernels.dot(item, 0, item, 0, item.length));
        float[] shown = direction(dynamic(new DynamicItems.Source()), "n1");
        float[] text = new float[encoder.dimension()];
        for (int probe = 0; probe < TRAINED; probe++) {
            texts.copyTo(catalog.row(new ItemId("t" + probe)), text, 0);
            assertThat(shown[probe])
                    .isCloseTo((float) (Kernels.dot(item, 0, text, 0, text.length) / length), within(1e-5f));
        }
    }

    @Test
    void whoIsErasedLeavesNothing() {
        follow();
        DynamicItems.Source source = new DynamicItems.Source();
        float[] before = direction(dynamic(source), "n1");
        folded.changed(new UserId("u0"), List.of());
        live = folded.extend(trained);
        float[] after = direction(dynamic(source), "n1");
        assertThat(after).isNotEqualTo(before);
        log.remove("u0");
        assertThat(after).containsExactly(expected("n1"), within(1e-5f));
        // A log that never knew the user gives the same bytes.
        FoldedItems anew = new FoldedItems(rows, new LiveModel.Learnt("v", 0, new int[TRAINED], Map.of(), Map.of()));
        log.forEach((user, had) -> anew.changed(new UserId(user), had));
        Loaded replayed = anew.extend(trained);
        live = replayed;
        assertThat(direction(dynamic(new DynamicItems.Source()), "n1")).containsExactly(after);
    }

    @Test
    void whereNothingIsNewThereIsNothing() {
        DynamicItems dynamic = dynamic(new DynamicItems.Source());
        assertThat(dynamic.rows()).as("by their texts alone").hasSize(4);
        assertThat(dynamic.score(texts, new int[0], catalog.size())).isEmpty();
        List<ItemId> all = items.stream().map(Item::id).toList();
        assertThat(new DynamicItems.Source().of(catalog, texts, Loaded.of("v", all, Map.of()), statistics))
                .isEmpty();
    }

    /// The encoding keeps its name when the text of an item is another; what was made of the old text must go.
    @Test
    void anItemWhoseTextChangesIsRankedByItsNewText() {
        follow();
        DynamicItems.Source source = new DynamicItems.Source();
        float[] had = direction(dynamic(source), "n1");
        float[] nobodyHad = direction(dynamic(source), "n3");
        retold.put("n1", "word3 thing5 quite another");
        retold.put("n3", "word3 thing5 quite another");
        CentredVectors before = texts;
        texts = encoded();
        assertThat(texts.encoding()).isEqualTo(before.encoding());
        assertThat(direction(dynamic(source), "n1")).isNotEqualTo(had).containsExactly(expected("n1"), within(1e-5f));
        assertThat(direction(dynamic(source), "n3"))
                .isNotEqualTo(nobodyHad)
                .containsExactly(expected("n3"), within(1e-5f));
    }
}
