package dev.palate.agent.collaborative;

import dev.palate.memory.catalog.Item;
import dev.palate.memory.catalog.ItemId;
import dev.palate.memory.erase.Erasure;
import dev.palate.memory.interaction.Feedback;
import dev.palate.memory.interaction.Interaction;
import dev.palate.memory.interaction.InteractionId;
import dev.palate.memory.sql.DataDirectory;
import dev.palate.memory.sql.SqlTruth;
import dev.palate.memory.theme.ThemeVocabulary;
import dev.palate.memory.user.UserId;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;

/// How long the erasure of somebody takes who gave much to many items, and how long another's writes wait meanwhile.
/// Arguments: a folder that is not there, likes (10,000), items (12,000). Nine themes of each item, of which eight
/// count.
public final class SharerErasureBenchmark {
    private static final int BATCH = 500;

    private SharerErasureBenchmark() {}

    /// See above.
    public static void main(String[] arguments) throws InterruptedException {
        Path folder = Path.of(arguments[0]);
        int likes = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 10_000;
        int items = arguments.length > 2 ? Integer.parseInt(arguments[2]) : 12_000;
        UserId giver = new UserId("giver");
        try (DataDirectory directory = DataDirectory.open(folder);
                SqlTruth truth = SqlTruth.open(directory, Clock.systemUTC())) {
            SplittableRandom random = new SplittableRandom(1);
            truth.catalog()
                    .putAll(IntStream.range(0, items)
                            .mapToObj(item -> Item.of(
                                    item(item),
                                    "Item " + item,
                                    null,
                                    random.ints(0, 60)
                                            .distinct()
                                            .limit(9)
                                            .mapToObj(category -> "Category " + category)
                                            .toList()))
                            .toList());
            Propagation propagation = new Propagation(new Propagation.Parts(
                    truth.catalog(),
                    truth.users(),
                    truth.outbox(),
                    truth.themes(),
                    new CountingPlanner(),
                    Neighbours.NONE,
                    Set.of()));
            List<Interaction> batch = new ArrayList<>();
            for (int like = 0; like < likes; like++) {
                batch.add(like(giver, like % items, "l" + like));
                if (batch.size() == BATCH || like + 1 == likes) {
                    truth.interactions().append(batch);
                    batch.clear();
                }
            }
            propagation.everything(_ -> {});
            System.out.printf(
                    "%,d likes gave %,d themes to the user%n",
                    likes,
                    truth.themes()
                            .own(giver, ThemeVocabulary.of(truth.catalog(), Set.of()))
                            .weights()
                            .size());
            measure(truth, giver);
        }
    }

    private static void measure(SqlTruth truth, UserId giver) throws InterruptedException {
        AtomicBoolean over = new AtomicBoolean();
        List<Long> waits = Collections.synchronizedList(new ArrayList<>());
        Thread other = Thread.ofPlatform().start(() -> {
            for (int like = 0; !over.get(); like++) {
                long start = System.nanoTime();
                truth.interactions().append(List.of(like(new UserId("other"), like % 100, "o" + like)));
                waits.add(System.nanoTime() - start);
            }
        });
        try (Erasure erasure = truth.erasure(List.of())) {
            Thread.sleep(500);
            int before = waits.size();
            long start = System.nanoTime();
            erasure.user(giver);
            long took = System.nanoTime() - start;
            over.set(true);
            other.join();
            System.out.printf(
                    "erased in %d ms; longest wait of another's write %d ms, before %d ms%n",
                    took / 1_000_000, longest(waits.subList(before, waits.size())), longest(waits.subList(0, before)));
        } finally {
            over.set(true);
        }
    }

    private static long longest(List<Long> waits) {
        return waits.stream().mapToLong(Long::longValue).max().orElse(0) / 1_000_000;
    }

    private static ItemId item(int number) {
        return new ItemId("i" + number);
    }

    private static Interaction like(UserId user, int item, String id) {
        return new Interaction(
                new InteractionId(id), user, item(item), new Feedback.Liked(), Instant.EPOCH.plusSeconds(item), null);
    }
}
