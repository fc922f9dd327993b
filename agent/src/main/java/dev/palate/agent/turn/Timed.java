package dev.palate.agent.turn;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/// Runs a step on a thread of its own and waits for it so long and no longer. A late step is left to end by itself: an
/// interrupt would close the files of an index under other readers. Stateless.
final class Timed {
    private Timed() {}

    /// The result; empty when the step failed or is late.
    static <T> Optional<T> within(Duration atMost, String name, Callable<T> step) {
        FutureTask<T> task = new FutureTask<>(step);
        Thread.ofVirtual().name(name).start(task);
        try {
            return Optional.ofNullable(task.get(atMost.toMillis(), TimeUnit.MILLISECONDS));
        } catch (ExecutionException | TimeoutException e) {
            Failures.note(name, e);
            return Optional.empty();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Optional.empty();
        }
    }
}
