package dev.palate.agent.llm.hosted;

import dev.palate.agent.AgentException;
import dev.palate.agent.llm.Deadline;
import dev.palate.agent.llm.LanguageModel;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;

/// Lets so many calls through at a time, first come first served, with a bound on those who wait. Thread-safe.
final class CallGate {
    private final int inFlight;
    private final int waitingLimit;
    private final Semaphore places;
    private final AtomicInteger waiting = new AtomicInteger();

    CallGate(HostedSettings.Flow flow) {
        this.inFlight = flow.inFlight();
        this.waitingLimit = flow.waiting();
        this.places = new Semaphore(inFlight, true);
    }

    /// Waits for a place; every success needs one [#leave].
    ///
    /// @throws AgentException `MODEL_BUSY`, `MODEL_DEADLINE` or `MODEL_CANCELLED`
    void enter(Deadline deadline, BooleanSupplier cancelled) {
        if (places.tryAcquire()) {
            return;
        }
        if (waiting.incrementAndGet() > waitingLimit) {
            waiting.decrementAndGet();
            throw new AgentException(
                    AgentException.Code.MODEL_BUSY,
                    inFlight + " calls to the hosted model are under way and " + waitingLimit
                            + " wait already; try again later, or raise in-flight");
        }
        try {
            while (!places.tryAcquire(slice(deadline), TimeUnit.MILLISECONDS)) {
                if (cancelled.getAsBoolean()) {
                    throw new AgentException(
                            AgentException.Code.MODEL_CANCELLED, "the call was cancelled while it waited");
                }
                if (deadline.expired()) {
                    throw new AgentException(
                            AgentException.Code.MODEL_DEADLINE,
                            "the deadline passed while the call waited for one of " + inFlight + " places");
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AgentException(
                    AgentException.Code.MODEL_CANCELLED, "the call was interrupted while it waited", e);
        } finally {
            waiting.decrementAndGet();
        }
    }

    void leave() {
        places.release();
    }

    /// Calls under way.
    int inside() {
        return inFlight - places.availablePermits();
    }

    private static long slice(Deadline deadline) {
        return Math.clamp(deadline.remaining().toMillis(), 1, LanguageModel.CANCEL_POLL.toMillis() / 2);
    }
}
