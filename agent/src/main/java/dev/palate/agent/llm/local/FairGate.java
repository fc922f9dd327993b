package dev.palate.agent.llm.local;

import dev.palate.agent.AgentException;
import dev.palate.agent.llm.Deadline;
import dev.palate.agent.llm.LanguageModel;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;

/// Lets one call at a time through, first come first served, with a bound on those who wait. Thread-safe.
final class FairGate {
    private final int waitingLimit;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final Deque<Object> waiting = new ArrayDeque<>();
    private boolean taken;

    /// @param waitingLimit 0 or more, not counting the call that is inside
    FairGate(int waitingLimit) {
        this.waitingLimit = waitingLimit;
    }

    /// Waits for its turn; every success needs one [#leave].
    ///
    /// @throws AgentException `MODEL_BUSY`, `MODEL_DEADLINE` or `MODEL_CANCELLED`
    void enter(Deadline deadline, BooleanSupplier cancelled) {
        var ticket = new Object();
        lock.lock();
        try {
            if (taken && waiting.size() >= waitingLimit) {
                throw new AgentException(
                        AgentException.Code.MODEL_BUSY,
                        "the model is busy and " + waitingLimit + " calls wait already; try again later");
            }
            waiting.addLast(ticket);
            while (taken || !ticket.equals(waiting.peekFirst())) {
                await(deadline, cancelled);
            }
            taken = true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AgentException(
                    AgentException.Code.MODEL_CANCELLED, "the call was interrupted while it waited", e);
        } finally {
            waiting.remove(ticket);
            changed.signalAll();
            lock.unlock();
        }
    }

    /// Lets the next one in; may be called by any thread.
    void leave() {
        lock.lock();
        try {
            taken = false;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /// How many wait.
    int waiting() {
        lock.lock();
        try {
            return waiting.size();
        } finally {
            lock.unlock();
        }
    }

    private void await(Deadline deadline, BooleanSupplier cancelled) throws InterruptedException {
        long left = deadline.remaining().toNanos();
        if (left <= 0) {
            throw new AgentException(
                    AgentException.Code.MODEL_DEADLINE, "the deadline passed while the call waited for the model");
        }
        if (cancelled.getAsBoolean()) {
            throw new AgentException(AgentException.Code.MODEL_CANCELLED, "the call was cancelled while it waited");
        }
        changed.awaitNanos(Math.min(left, TimeUnit.MILLISECONDS.toNanos(LanguageModel.CANCEL_POLL.toMillis())));
    }
}
