package dev.palate.agent.turn;

import dev.palate.memory.MemoryException;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/// Runs a step on a thread of its own and waits for it so long and no longer. A late step is left to end by
/// itself: an interrupt would close the files of an index under other readers. Stateless.
final class Timed {
    private Timed() {}

    /// What became of a step.
    sealed interface Outcome<T> {
        /// The result; empty when the step failed or is late.
        Optional<T> result();
    }

    /// It came to an end in time.
    record Done<T>(T value) implements Outcome<T> {
        @Override
        public Optional<T> result() {
            return Optional.of(value);
        }
    }

    /// It failed, or it is late and may still be done.
    ///
    /// @param code of the failure, such as `busy` or `storage`; `late`, or `internal` for what nobody expected
    record Undone<T>(String code) implements Outcome<T> {
        static final String LATE = "late";

        @Override
        public Optional<T> result() {
            return Optional.empty();
        }
    }

    /// What becomes of the step within the time.
    static <T> Outcome<T> within(Duration atMost, String name, Callable<T> step) {
        FutureTask<T> task = new FutureTask<>(step);
        Thread.ofVirtual().name(name).start(task);
        try {
            return new Done<>(task.get(atMost.toMillis(), TimeUnit.MILLISECONDS));
        } catch (TimeoutException e) {
            Failures.note(name, e);
            return new Undone<>(Undone.LATE);
        } catch (ExecutionException e) {
            Failures.note(name, e);
            return new Undone<>(
                    e.getCause() instanceof MemoryException refused
                            ? refused.code().name().toLowerCase(Locale.ROOT)
                            : "internal");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return new Undone<>(Undone.LATE);
        }
    }
}
