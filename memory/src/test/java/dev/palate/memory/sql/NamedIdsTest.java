package dev.palate.memory.sql;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class NamedIdsTest {
    private static final String ESCAPED = "\\\"";

    @Test
    void idsStandBetweenQuotesOrBeforeAnAt() {
        Set<String> ids = Set.of("m1", "m10", "a@b", "x".repeat(128), "id", "tail");
        assertThat(NamedIds.in("{\"a\":[\"m1\",\"m10@3\",\"m100\"]}", "\"", ids))
                .containsExactlyInAnyOrder("m1", "m10");
        assertThat(NamedIds.in("[\"a@b@7\",\"" + "x".repeat(128) + "@1\"]", "\"", ids))
                .containsExactlyInAnyOrder("a@b", "x".repeat(128));
        assertThat(NamedIds.in("said m1 and id@2", "\"", ids)).isEmpty();
        assertThat(NamedIds.in("{\"o\":\"{\\\"m\\\":[\\\"m1@1\\\"]}\"}", ESCAPED, ids))
                .containsExactly("m1");
        assertThat(NamedIds.in("cut off \"tail@1", "\"", ids)).containsExactly("tail");
        assertThat(NamedIds.in("cut off \"tail", "\"", ids)).isEmpty();
    }

    /// Finds what a look for each id finds, in texts of few letters, where ids, quotes and the rest meet in all ways.
    @Test
    void findsWhatALookForEachFinds() {
        SplittableRandom random = new SplittableRandom(20_261_129L);
        String letters = "ab@\"[,";
        for (int round = 0; round < 20_000; round++) {
            StringBuilder text = new StringBuilder();
            for (int i = random.nextInt(24); i >= 0; i--) {
                text.append(letters.charAt(random.nextInt(letters.length())));
            }
            Set<String> ids = Set.of("a", "b", "ab", "ba", "a@b", "aab");
            Set<String> each = new HashSet<>();
            for (String id : ids) {
                if (text.indexOf("\"" + id + "\"") >= 0 || text.indexOf("\"" + id + "@") >= 0) {
                    each.add(id);
                }
            }
            assertThat(NamedIds.in(text.toString(), "\"", ids))
                    .as(text.toString())
                    .isEqualTo(each);
        }
    }
}
