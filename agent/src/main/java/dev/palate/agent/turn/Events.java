package dev.palate.agent.turn;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;

/// Gives the events of one turn to its listener, one at a time, and ends the turn exactly once. Thread-safe.
final class Events {
    /// The turn has ended, or its listener threw.
    static final class Over extends RuntimeException {
        private static final long serialVersionUID = 1L;

        Over(String message) {
            super(message, null, false, false);
        }
    }

    private final Consumer<TurnEvent> listener;
    private final Consumer<TurnEvent> beforeLast;
    private final CompletableFuture<TurnEvent> done = new CompletableFuture<>();
    private final ReentrantLock lock = new ReentrantLock();
    private volatile boolean closed;

    /// @param beforeLast told the last event once, before it is given
    Events(Consumer<TurnEvent> listener, Consumer<TurnEvent> beforeLast) {
        this.listener = listener;
        this.beforeLast = beforeLast;
    }

    CompletableFuture<TurnEvent> done() {
        return done;
    }

    void emit(TurnEvent event) {
        lock.lock();
        try {
            if (closed) {
                throw new Over("the turn is over");
            }
            give(event);
        } finally {
            lock.unlock();
        }
    }

    private void give(TurnEvent event) {
        try {
            listener.accept(event);
        } catch (Throwable t) {
            end(new TurnEvent.Failed("listener", "the reader of this turn failed, so the turn was ended"), false);
            throw new Over("the listener threw");
        }
    }

    /// Gives the last event, unless one was given.
    void last(TurnEvent event) {
        lock.lock();
        try {
            end(event, true);
        } finally {
            lock.unlock();
        }
    }

    /// Ends the turn from another thread; when the listener does not come back in time, without telling it.
    void force(TurnEvent event, Duration atMost) {
        boolean locked = false;
        try {
            locked = lock.tryLock(atMost.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        try {
            end(event, locked);
        } finally {
            if (locked) {
                lock.unlock();
            }
        }
    }

    private synchronized boolean close() {
        boolean first = !closed;
        closed = true;
        return first;
    }

    private void end(TurnEvent event, boolean tell) {
        if (!close()) {
            return;
        }
        try {
            beforeLast.accept(event);
            if (tell) {
                listener.accept(event);
            }
        } catch (Throwable t) {
            // The turn is over for this listener either way; nobody is left to tell.
            closed = true;
        } finally {
            done.complete(event);
        }
    }
}
