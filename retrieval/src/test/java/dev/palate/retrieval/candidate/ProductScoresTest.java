package dev.palate.retrieval.candidate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.palate.memory.catalog.Item;
import dev.palate.memory.catalog.ItemId;
import dev.palate.memory.user.UserId;
import dev.palate.memory.vector.TopK;
import dev.palate.retrieval.Progress;
import dev.palate.retrieval.factor.Histories;
import dev.palate.retrieval.factor.History;
import dev.palate.retrieval.factor.ImplicitAls;
import dev.palate.retrieval.factor.ItemFactors;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/// Scores that are made where they are asked for are those that are written down.
class ProductScoresTest {
    private static final int ITEMS = 900;

    private final SplittableRandom random = new SplittableRandom(4);
    private final Histories histories = histories();
    private final ItemFactors factors =
            ImplicitAls.fit(histories, new ImplicitAls.Options(16, 1, 0.003, 1, 3, 3, 1), 1, Progress.NONE);

    private Histories histories() {
        Histories.Builder builder = new Histories.Builder(ITEMS);
        for (int user = 0; user < 200; user++) {
            for (int at = 0; at < 30; at++) {
                builder.add(user, random.nextInt(ITEMS), at);
            }
        }
        return builder.build();
    }

    private static ItemId id(int item) {
        return new ItemId("i%04d".formatted(item));
    }

    private static List<ItemId> ids(int items) {
        return IntStream.range(0, items).mapToObj(ProductScoresTest::id).toList();
    }

    private static CatalogSnapshot catalog(IntStream items) {
        return CatalogSnapshot.of(items.mapToObj(item -> Item.of(id(item), "No. " + item, null, List.of()))
                .toList());
    }

    private CollaborativeModel.Loaded model(List<ItemId> items) {
        return CollaborativeModel.Loaded.of("v", items, Map.of("cf", factors));
    }

    private void assertSame(CatalogSnapshot catalog, CollaborativeModel.Loaded loaded, boolean lazily) {
        AlignedModel model =
                new AlignedModel.Source(() -> Optional.of(loaded)).of(catalog).orElseThrow();
        for (int round = 0; round < 20; round++) {
            int[] rows = IntStream.generate(() -> random.nextInt(catalog.size()))
                    .distinct()
                    .limit(12)
                    .toArray();
            float[] written = model.score("cf", History.of(rows)).orElseThrow();
            RowScores made = model.scores("cf", History.of(rows)).orElseThrow();
            assertThat(made).isInstanceOf(lazily ? ProductScores.class : RowScores.Written.class);
            int[] all = IntStream.range(0, catalog.size()).toArray();
            assertThat(made.of(all)).isEqualTo(written);
            boolean[] open = new boolean[catalog.size()];
            for (int row = 0; row < open.length; row++) {
                open[row] = random.nextInt(3) > 0;
            }
            assertThat(made.best(open, 50)).isEqualTo(TopK.select(written, open, 0, 50));

            int[] others = {3, 8, 21, catalog.size() - 1};
            float[] scores = {Float.NaN, 99, -1, .001f};
            float[] changed = written.clone();
            for (int at = 0; at < others.length; at++) {
                changed[others[at]] = scores[at];
            }
            RowScores with = made.with(others, scores);
            assertThat(with.of(all)).isEqualTo(changed);
            assertThat(with.best(open, 50)).isEqualTo(TopK.select(changed, open, 0, 50));
            assertThat(made.of(all)).as("the first is as it was").isEqualTo(written);
        }
    }

    @Test
    void overTheSameRows() {
        assertSame(catalog(IntStream.range(0, ITEMS)), model(ids(ITEMS)), true);
    }

    @Test
    void whereTheCatalogHasOtherItems() {
        assertSame(catalog(IntStream.range(100, ITEMS + 200)), model(ids(ITEMS)), true);
    }

    @Test
    void aModelInAnotherOrderWritesItsScoresDown() {
        List<ItemId> shuffled = new ArrayList<>(ids(ITEMS));
        Collections.shuffle(shuffled, new Random(1));
        assertSame(catalog(IntStream.range(0, ITEMS)), model(shuffled), false);
    }

    @Test
    void withItemsFoldedIn() {
        Map<ItemId, Integer> rows = new HashMap<>();
        ids(ITEMS).forEach(item -> rows.put(item, rows.size()));
        FoldedItems folded = new FoldedItems(
                rows, new LiveModel.Learnt("v", 0, histories.itemCounts(), Map.of("cf", factors), Map.of()));
        for (int user = 0; user < 40; user++) {
            List<ItemId> taste = new ArrayList<>();
            for (int at = 0; at < 15; at++) {
                taste.add(id(random.nextInt(ITEMS)));
            }
            taste.add(id(ITEMS + random.nextInt(60)));
            taste.add(id(random.nextInt(ITEMS)));
            folded.changed(new UserId("u" + user), taste);
        }
        CollaborativeModel.Loaded extended = folded.extend(model(ids(ITEMS)));
        assertThat(extended.items().size()).isGreaterThan(ITEMS + 20);
        assertSame(catalog(IntStream.range(0, ITEMS + 60)), extended, true);
        assertSame(catalog(IntStream.range(50, ITEMS + 30)), extended, true);
    }
}
