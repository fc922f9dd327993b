package dev.palate.memory.sql;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class KeptRowsTest {
    private final AtomicLong change = new AtomicLong(1);
    private final Map<String, String> table = new HashMap<>(Map.of("a", "1"));
    private final KeptRows<String, String> kept = new KeptRows<>(change::get);
    private int reads;

    private Optional<String> get(String key) {
        return kept.get(key, asked -> {
            reads++;
            return Optional.ofNullable(table.get(asked));
        });
    }

    @Test
    void aRowIsReadOnceUntilSomethingChanges() {
        assertThat(get("a")).contains("1");
        assertThat(get("a")).contains("1");
        assertThat(reads).isEqualTo(1);
        table.put("a", "2");
        change.incrementAndGet();
        assertThat(get("a")).as("after a change, before it is told").contains("2");
        table.remove("a");
        kept.written();
        assertThat(get("a")).isEmpty();
        table.put("a", "3");
        assertThat(get("a")).as("what was not there is asked for again").contains("3");
        assertThat(reads).isEqualTo(4);
    }

    @Test
    void aRowThatACommitOvertookIsNotServedAgain() {
        assertThat(kept.get("a", key -> {
                    // The commit lands between the reading and the keeping.
                    String read = table.get(key);
                    table.put(key, "2");
                    change.incrementAndGet();
                    kept.clear();
                    return Optional.ofNullable(read);
                }))
                .contains("1");
        assertThat(kept.size()).as("nor left lying").isZero();
        assertThat(get("a")).contains("2");
        assertThat(kept.get("b", key -> {
                    kept.written();
                    return Optional.of("old");
                }))
                .contains("old");
        assertThat(kept.size()).isZero();
        table.put("b", "new");
        assertThat(get("b")).contains("new");
    }

    @Test
    void manyKeysDoNotPileUp() {
        for (int i = 0; i < 25_000; i++) {
            kept.get("k" + i, Optional::of);
        }
        assertThat(kept.size()).isLessThanOrEqualTo(10_000);
        kept.clear();
        assertThat(kept.size()).isZero();
    }
}
