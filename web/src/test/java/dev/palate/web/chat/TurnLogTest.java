package dev.palate.web.chat;

import static org.assertj.core.api.Assertions.assertThat;

import dev.palate.agent.turn.TurnEvent;
import dev.palate.memory.memory.MemoryId;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class TurnLogTest {
    @Test
    void aForgottenMemoryLeavesTheEventsThatAreThereAndThoseToCome() throws InterruptedException {
        MemoryId gone = new MemoryId("gone");
        MemoryId kept = new MemoryId("kept");
        TurnLog log = new TurnLog();
        log.append(new TurnEvent.Recalled(List.of(gone, kept), 1));
        log.append(new TurnEvent.Remembered("ADD", "gone", "Likes horror", ""));
        assertThat(log.naming(Set.of(gone))).isEqualTo(2);
        assertThat(log.touched()).isFalse();
        assertThat(log.forget(Set.of(gone))).isEqualTo(2);
        log.append(new TurnEvent.Remembered("FORGET", "gone", "Likes horror", ""));
        assertThat(log.naming(Set.of(gone))).isZero();
        assertThat(log.naming(Set.of(kept))).isEqualTo(1);
        assertThat(log.touched()).isTrue();
        assertThat(log.after(0, Duration.ZERO).events())
                .containsExactly(
                        new TurnEvent.Recalled(List.of(kept), 1),
                        new TurnEvent.Remembered("ADD", "", "", ""),
                        new TurnEvent.Remembered("FORGET", "", "", ""));
    }
}
