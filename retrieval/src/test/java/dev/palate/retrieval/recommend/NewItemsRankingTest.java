package dev.palate.retrieval.recommend;

import static org.assertj.core.api.Assertions.assertThat;

import dev.palate.memory.catalog.Item;
import dev.palate.memory.catalog.ItemId;
import dev.palate.memory.user.UserId;
import dev.palate.retrieval.ranking.Variety;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Items that came after the model was trained are ranked for each person by what their texts say.
class NewItemsRankingTest {
    private static final int ITEMS = 400;
    private static final int NEW = 60;

    @TempDir
    Path folder;

    private World world;
    private Recommender recommender;

    private static boolean known(ItemId item) {
        return Integer.parseInt(item.value().substring(1)) < ITEMS - NEW;
    }

    @BeforeEach
    void open() throws InterruptedException {
        world = new World(folder)
                .populate(new SplittableRandom(7), ITEMS, 64, 60)
                .encode()
                .train(NewItemsRankingTest::known);
        recommender = world.recommender();
        awaitNewcomers(recommender);
    }

    /// The map from texts to vectors is made beside the first requests.
    private static void awaitNewcomers(Recommender recommender) throws InterruptedException {
        long end = System.nanoTime() + Duration.ofSeconds(60).toNanos();
        while (newcomers(recommender, "u0").isEmpty() && System.nanoTime() < end) {
            Thread.sleep(20);
        }
        assertThat(newcomers(recommender, "u0")).isNotEmpty();
    }

    @AfterEach
    void close() {
        world.close();
    }

    private static RecommendationRequest request(String user) {
        return new RecommendationRequest(
                new UserId(user), 100, Taste.NONE, Constraints.NONE, true, Variety.NONE, Duration.ofSeconds(20));
    }

    /// The items that the model does not know and that have a part of its vectors in their score.
    private static Map<Item, Double> newcomers(Recommender recommender, String user) {
        return recommender.recommend(request(user)).items().stream()
                .filter(ranked -> !known(ranked.item().id()) && ranked.parts().containsKey("cf"))
                .collect(Collectors.toMap(
                        RankedItem::item, ranked -> ranked.parts().getOrDefault("cf", 0.0)));
    }

    @Test
    void theSameNewItemStandsHigherWithWhomItSuits() {
        double suits = 0;
        double other = 0;
        int pairs = 0;
        for (int user = 0; user < 24; user++) {
            String liked = World.GENRES.get(user % World.GENRES.size());
            Map<Item, Double> list = newcomers(recommender, "u" + user);
            for (Map.Entry<Item, Double> one : list.entrySet()) {
                for (Map.Entry<Item, Double> two : list.entrySet()) {
                    boolean oneSuits = one.getKey().categories().contains(liked);
                    boolean twoSuits = two.getKey().categories().contains(liked);
                    if (oneSuits && !twoSuits) {
                        suits += one.getValue() > two.getValue() ? 1 : 0;
                        other += one.getValue() < two.getValue() ? 1 : 0;
                        pairs++;
                    }
                }
            }
        }
        assertThat(pairs).isGreaterThan(300);
        // Half by chance.
        assertThat(suits / (suits + other)).isGreaterThan(0.62);
    }
}
