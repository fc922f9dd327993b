package dev.palate.agent.turn;

import dev.palate.memory.Latency;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/// How turns ended and how long they took, since the start. Thread-safe.
public final class TurnCounts {
    /// How a turn can end: as a [TurnEvent.Completed] says, or failed.
    public static final List<String> FINISHES = List.of("stop", "cancelled", "deadline", "failed");

    private final Map<String, Latency> times = new LinkedHashMap<>();

    TurnCounts() {
        FINISHES.forEach(finish -> times.put(finish, new Latency()));
    }

    /// Counts the turn that began at the time given, of [System#nanoTime], when the event ends one.
    void seen(TurnEvent event, long startNanos) {
        switch (event) {
            case TurnEvent.Completed completed ->
                times.getOrDefault(completed.finish(), of("failed")).since(startNanos);
            case TurnEvent.Failed _ -> of("failed").since(startNanos);
            case TurnEvent.Created _,
                    TurnEvent.Recalled _,
                    TurnEvent.Understood _,
                    TurnEvent.Recommended _,
                    TurnEvent.Delta _,
                    TurnEvent.Spoken _,
                    TurnEvent.Remembered _,
                    TurnEvent.Usage _ -> {}
        }
    }

    /// The turns that ended so.
    ///
    /// @param finish one of [#FINISHES]
    public Latency of(String finish) {
        return Objects.requireNonNull(times.get(finish), finish);
    }
}
