package dev.palate.agent.turn;

import dev.palate.agent.AgentException;
import dev.palate.memory.conversation.Conversation;
import dev.palate.memory.conversation.ConversationId;
import dev.palate.memory.conversation.Message;
import dev.palate.memory.conversation.Role;
import dev.palate.memory.conversation.TurnId;
import java.time.Duration;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

/// A fixed graph of steps answers each message: rules understand, the recommender ranks, templates or a model find the
/// words. A model that is slow, broken or hostile lowers the level and nothing else. Thread-safe.
///
/// Each turn has a virtual thread of its own; a watch ends turns whose time is over, whatever holds them up.
public final class GraphAgent implements ChatAgent, AutoCloseable {
    private static final Duration GRACE = Duration.ofSeconds(2);

    private final AgentParts parts;
    private final TurnLimits limits;
    private final Semaphore lanes;
    private final TurnCounts counts = new TurnCounts();
    private final ConcurrentMap<ConversationId, AtomicBoolean> busy = new ConcurrentHashMap<>();
    private final ConcurrentMap<TurnId, TurnRun> running = new ConcurrentHashMap<>();
    private final ScheduledExecutorService watch = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("turn-watch").factory());

    /// Over its parts, within the limits.
    public GraphAgent(AgentParts parts, TurnLimits limits) {
        this.parts = parts;
        this.limits = limits;
        this.lanes = new Semaphore(limits.inFlight());
    }

    @Override
    public Turn start(TurnRequest request, Consumer<TurnEvent> listener) {
        if (!lanes.tryAcquire()) {
            throw new AgentException(
                    AgentException.Code.BUSY,
                    "all " + limits.inFlight() + " lanes for turns are taken; try again in a moment");
        }
        var lane = new AtomicBoolean(true);
        Runnable release = () -> {
            if (lane.getAndSet(false)) {
                busy.remove(request.conversation(), lane);
                lanes.release();
            }
        };
        boolean started = false;
        try {
            if (busy.putIfAbsent(request.conversation(), lane) != null) {
                throw new AgentException(
                        AgentException.Code.BUSY,
                        "conversation " + request.conversation()
                                + " has a turn under way; wait for its end or cancel it");
            }
            Turn turn = launch(request, listener, release);
            started = true;
            return turn;
        } finally {
            if (!started) {
                release.run();
            }
        }
    }

    private Turn launch(TurnRequest request, Consumer<TurnEvent> listener, Runnable release) {
        Conversation conversation = parts.conversations()
                .conversation(request.conversation())
                .orElseThrow(() -> new AgentException(
                        AgentException.Code.NOT_FOUND,
                        "there is no conversation " + request.conversation() + "; start one first"));
        var id = new TurnId(parts.ids().next());
        Message message = parts.conversations().append(conversation.id(), id, Role.USER, request.content(), null, null);
        long start = System.nanoTime();
        var events = new Events(listener, last -> {
            counts.seen(last, start);
            running.remove(id);
            release.run();
        });
        var run = new TurnRun(parts, limits, request, conversation, message, events);
        running.put(id, run);
        ScheduledFuture<?> expiry = watch.schedule(run::expire, limits.turn().toMillis(), TimeUnit.MILLISECONDS);
        ScheduledFuture<?> end = watch.schedule(
                () -> Thread.ofVirtual().name("turn-end").start(run::kill),
                limits.turn().plus(GRACE).toMillis(),
                TimeUnit.MILLISECONDS);
        Thread.ofVirtual().name("turn").start(() -> {
            try {
                run.run();
            } finally {
                expiry.cancel(false);
                end.cancel(false);
            }
        });
        return run;
    }

    /// How turns ended.
    public TurnCounts counts() {
        return counts;
    }

    /// How many turns are under way.
    public int inFlight() {
        return running.size();
    }

    /// Cancels the turns under way and takes no more.
    @Override
    public void close() {
        lanes.drainPermits();
        running.values().forEach(TurnRun::cancel);
        watch.shutdown();
    }
}
