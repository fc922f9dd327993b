package dev.palate.memory.sql;

import static org.assertj.core.api.Assertions.assertThat;

import dev.palate.memory.JsonBuffers;
import dev.palate.memory.erase.ErasureReceipt;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What the heap of a process that goes on holds of a user once erased: a dump of every live object,
/// searched for the random words that were planted. The world of the test holds each word once; whatever
/// is above that is the store's.
class ErasureHeapTest {
    private static final long SEED = Long.getLong("test.seed", System.nanoTime());

    @TempDir
    Path folder;

    /// What is there more than once, by what it was planted as.
    private Map<String, Integer> held(ErasureWorld world) throws IOException {
        Map<String, String> canaries = world.canaries();
        Map<String, Integer> held = new HashMap<>();
        HeapHunt.count(folder, canaries.keySet()).forEach((word, count) -> {
            // The world itself holds each word, and the user's id beside it.
            int own = word.equals(world.user.value()) ? 2 : 1;
            if (count > own) {
                held.merge(String.valueOf(canaries.get(word)), count - own, Integer::sum);
            }
        });
        return held;
    }

    @Test
    void theHeapHoldsNothingOfAnErasedUser() throws Exception {
        System.out.println("seed of the canaries: -Dtest.seed=" + SEED);
        try (ErasureWorld world = new ErasureWorld(folder.resolve("data"), SEED)) {
            world.plant();
            assertThat(world.truth().users().user(world.user)).isPresent();
            Map<String, Integer> before = held(world);
            assertThat(before).as("the hunt can find").containsKeys("user name", "memory text", "user id");
            ErasureReceipt receipt = world.erasure(Set.of(), step -> {}).user(world.user);
            assertThat(receipt).matches(ErasureReceipt::complete);
            Map<String, Integer> after = held(world);
            assertThat(after).isEmpty();
        }
    }

    /// The test sees a place that was left out.
    @Test
    void aHotPackThatStaysIsSeen() throws Exception {
        try (ErasureWorld world = new ErasureWorld(folder.resolve("data"), SEED)) {
            world.plant();
            world.erasure(Set.of("hot memory packs"), step -> {}).user(world.user);
            assertThat(held(world)).containsKeys("memory text", "quote", "user id");
        }
    }

    /// What was read last stays in buffers that are used again, until an erasure drops them.
    @Test
    void aBufferThatStaysIsSeen() throws Exception {
        try (ErasureWorld world = new ErasureWorld(folder.resolve("data"), SEED)) {
            world.plant();
            world.erasure(Set.of(), step -> {}).user(world.user);
            assertThat(Json.map("{\"said\":\"" + quote(world) + "\"}")).hasSize(1);
            assertThat(held(world)).containsOnlyKeys("rejected quote");
            JsonBuffers.drop();
            assertThat(held(world)).isEmpty();
        }
    }

    private static String quote(ErasureWorld world) {
        return world.canaries().entrySet().stream()
                .filter(canary -> canary.getValue().equals("rejected quote"))
                .map(Map.Entry::getKey)
                .findFirst()
                .orElseThrow();
    }
}
