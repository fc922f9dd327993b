package dev.palate.memory.sql;

import static org.assertj.core.api.Assertions.assertThat;

import dev.palate.memory.Page;
import dev.palate.memory.user.User;
import dev.palate.memory.user.UserId;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

abstract class UsersContract extends TruthContract {
    @Test
    void ensuringKeepsTheFirstAndPuttingReplaces() {
        User first = new User(ANN, "Ann", NOW, false);
        User second = new User(ANN, "Anna", NOW.plusSeconds(1), true);
        assertThat(truth().users().ensure(first)).isEqualTo(first);
        assertThat(truth().users().ensure(second)).isEqualTo(first);
        assertThat(truth().users().ensureAll(List.of(second, new User(BEN, "", NOW, true))))
                .isEqualTo(1);
        truth().users().put(second);
        reopen();
        assertThat(truth().users().user(ANN)).contains(second);
        assertThat(truth().users().count()).isEqualTo(2);
    }

    @Test
    void pagesGoByIdAndCanBeHeldToAPrefix() {
        truth().users()
                .ensureAll(IntStream.range(0, 30)
                        .mapToObj(i -> new User(new UserId((i % 3 == 0 ? "a" : "b") + i), "", NOW, true))
                        .toList());
        Page<User> first = truth().users().page("a", null, 6);
        Page<User> second = truth().users().page("a", first.nextCursor(), 6);
        assertThat(first.items())
                .extracting(user -> user.id().value())
                .containsExactly("a0", "a12", "a15", "a18", "a21", "a24");
        assertThat(second.items()).extracting(user -> user.id().value()).containsExactly("a27", "a3", "a6", "a9");
        assertThat(second.nextCursor()).isNull();
        assertThat(truth().users().page(null, null, 500).items()).hasSize(30);
        assertThat(truth().users().page("A", null, 500).items()).isEmpty();
        assertThat(truth().users().page("%", null, 500).items()).isEmpty();
    }
}
