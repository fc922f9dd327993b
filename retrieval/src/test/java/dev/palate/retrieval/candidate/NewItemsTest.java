package dev.palate.retrieval.candidate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.palate.memory.catalog.Item;
import dev.palate.memory.catalog.ItemId;
import dev.palate.memory.text.Centering;
import dev.palate.memory.text.EncodingVersion;
import dev.palate.memory.text.HashingEncoder;
import dev.palate.retrieval.Progress;
import dev.palate.retrieval.factor.Histories;
import dev.palate.retrieval.factor.ImplicitAls;
import dev.palate.retrieval.factor.ItemFactors;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class NewItemsTest {
    private static final int KNOWN = 120;
    private static final List<String> TASTES = List.of("western desert horses", "space robots planets");

    private final HashingEncoder encoder = new HashingEncoder();
    private final CatalogSnapshot catalog = CatalogSnapshot.of(items(KNOWN + 4));
    private final AtomicReference<Optional<CollaborativeModel.Vectors>> vectors =
            new AtomicReference<>(Optional.of(learnt("v1")));
    private final NewItems.Source source = new NewItems.Source(
            new CollaborativeModel() {
                @Override
                public Optional<Loaded> current() {
                    return Optional.empty();
                }

                @Override
                public Optional<Vectors> vectors(String signal) {
                    return signal.equals("cf") ? vectors.get() : Optional.empty();
                }
            },
            "cf");

    /// Even ones are of one taste, odd ones of the other; ids in the order of rows.
    private static List<Item> items(int count) {
        List<Item> items = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            items.add(Item.of(new ItemId("i%03d".formatted(i)), "No. " + i + " " + TASTES.get(i % 2), null, List.of()));
        }
        return items;
    }

    private static CollaborativeModel.Vectors learnt(String version) {
        SplittableRandom random = new SplittableRandom(2);
        Histories.Builder histories = new Histories.Builder(KNOWN);
        for (int user = 0; user < 80; user++) {
            for (int at = 0; at < 20; at++) {
                histories.add(user, user % 2 + 2 * random.nextInt(KNOWN / 2), at);
            }
        }
        Histories built = histories.build();
        ItemFactors factors =
                ImplicitAls.fit(built, new ImplicitAls.Options(8, 0.1, 0.003, 1, 8, 4, 1), 1, Progress.NONE);
        List<ItemId> ids = items(KNOWN).stream().map(Item::id).toList();
        return new CollaborativeModel.Vectors(version, ids, factors, built.itemCounts());
    }

    private Optional<CentredVectors> texts() {
        float[] raw = new float[catalog.size() * encoder.dimension()];
        Centering centering = new Centering(encoder);
        for (int row = 0; row < catalog.size(); row++) {
            float[] vector = encoder.encode(catalog.item(row).title());
            centering.add(vector);
            System.arraycopy(vector, 0, raw, row * vector.length, vector.length);
        }
        EncodingVersion version = centering.version();
        TextVectors.Matrix matrix = new TextVectors.Matrix(
                encoder.dimension(), catalog.items().stream().map(Item::id).toList(), raw);
        return new CentredVectors.Source(() -> matrix, encoder, () -> version).of(catalog);
    }

    private NewItems made(Optional<CentredVectors> texts) throws InterruptedException {
        long end = System.nanoTime() + Duration.ofSeconds(60).toNanos();
        while (System.nanoTime() < end) {
            Optional<NewItems> made = source.of(catalog, texts);
            if (made.isPresent()) {
                return made.get();
            }
            Thread.sleep(10);
        }
        throw new AssertionError("no map from texts to vectors within a minute");
    }

    @Test
    void givesItemsThatCameLaterTheScoreTheirTextMakesLikely() throws InterruptedException {
        NewItems made = made(texts());
        float[] scores = new float[catalog.size()];
        Arrays.fill(scores, KNOWN, scores.length, Float.NaN);
        int[] filled = made.fill(new int[] {0, 2, 4, 6, 8}, ItemStatistics.none(catalog), scores);
        assertThat(filled).containsExactly(KNOWN, KNOWN + 1, KNOWN + 2, KNOWN + 3);
        assertThat(Arrays.copyOf(scores, KNOWN)).containsOnly(0);
        assertThat(scores[KNOWN]).isGreaterThan(scores[KNOWN + 1] + 0.1f);
        assertThat(scores[KNOWN + 2]).isGreaterThan(scores[KNOWN + 3] + 0.1f);
        float[] untouched = new float[catalog.size()];
        assertThat(made.fill(new int[] {KNOWN}, ItemStatistics.none(catalog), untouched))
                .isEmpty();
        assertThat(untouched).containsOnly(0);
    }

    @Test
    void addsTheTextToWhatTheFirstEventsSay() throws InterruptedException {
        NewItems made = made(texts());
        int[] history = {1, 3, 5, 7};
        float[] alone = new float[catalog.size()];
        Arrays.fill(alone, Float.NaN);
        made.fill(history, ItemStatistics.none(catalog), alone);
        float[] folded = new float[catalog.size()];
        folded[KNOWN + 1] = 0.25f;
        assertThat(made.fill(history, ItemStatistics.none(catalog), folded)).isEmpty();
        assertThat(folded[KNOWN + 1]).isEqualTo(0.25f + alone[KNOWN + 1], within(1e-6f));
    }

    @Test
    void learnsAnewForAnotherModelAndNothingWithoutTextsOrVectors() throws InterruptedException {
        Optional<CentredVectors> texts = texts();
        NewItems first = made(texts);
        assertThat(source.of(catalog, texts)).containsSame(first);
        assertThat(source.of(catalog, Optional.empty())).isEmpty();
        vectors.set(Optional.of(learnt("v2")));
        assertThat(source.of(catalog, texts)).isEmpty();
        assertThat(made(texts)).isNotSameAs(first);
        vectors.set(Optional.empty());
        assertThat(source.of(catalog, texts)).isEmpty();
    }
}
