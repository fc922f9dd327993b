package dev.palate.web;

import dev.palate.agent.turn.ChatAgent;
import dev.palate.agent.turn.Turn;
import dev.palate.agent.turn.TurnEvent;
import dev.palate.agent.turn.TurnRequest;
import dev.palate.memory.Ids;
import dev.palate.memory.catalog.Catalog;
import dev.palate.memory.catalog.Item;
import dev.palate.memory.conversation.Conversations;
import dev.palate.memory.conversation.MessageId;
import dev.palate.memory.conversation.Role;
import dev.palate.memory.conversation.TurnId;
import dev.palate.memory.slate.SlateId;
import dev.palate.retrieval.recommend.RankedItem;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/// An agent whose turns follow a script: a message that holds the word `pause` stops before its words until it is
/// cancelled or [#resume] is called.
public final class StagedAgent implements ChatAgent {
    private final Ids ids = new Ids(Clock.systemUTC());
    private final Conversations conversations;
    private final Catalog catalog;
    private final AtomicInteger cancelled = new AtomicInteger();
    private volatile CompletableFuture<Void> paused = new CompletableFuture<>();

    StagedAgent(Conversations conversations, Catalog catalog) {
        this.conversations = conversations;
        this.catalog = catalog;
    }

    /// Lets the turns that pause go on.
    void resume() {
        paused.complete(null);
    }

    /// Makes later turns pause again.
    void rearm() {
        paused = new CompletableFuture<>();
    }

    /// How many turns were cancelled.
    int cancelled() {
        return cancelled.get();
    }

    @Override
    public Turn start(TurnRequest request, Consumer<TurnEvent> listener) {
        TurnId id = new TurnId(ids.next());
        var message = conversations.append(request.conversation(), id, Role.USER, request.content(), null, null);
        Staged turn = new Staged(id, paused);
        Thread.ofVirtual().start(() -> run(turn, request, message.id(), listener));
        return turn;
    }

    private void run(Staged turn, TurnRequest request, MessageId message, Consumer<TurnEvent> listener) {
        listener.accept(new TurnEvent.Created(turn.id, message, "T0"));
        listener.accept(new TurnEvent.Recalled(List.of(), 1));
        listener.accept(new TurnEvent.Understood("recommend", List.of(), List.of(), 1));
        List<RankedItem> items = catalog.page(null, request.size()).items().stream()
                .map(StagedAgent::ranked)
                .toList();
        listener.accept(new TurnEvent.Recommended(
                new SlateId(ids.next()),
                1,
                items,
                items.stream().map(item -> "because").toList(),
                List.of()));
        if (request.content().contains("pause")) {
            turn.pause();
        }
        if (!turn.cancelled.isDone()) {
            for (String word : new String[] {"One ", "two ", "three."}) {
                listener.accept(new TurnEvent.Delta(word));
            }
        }
        var answer =
                conversations.append(request.conversation(), turn.id, Role.ASSISTANT, "One two three.", null, "T0");
        listener.accept(new TurnEvent.Spoken(answer.id(), "One two three.", "T0"));
        listener.accept(new TurnEvent.Usage(0, 0, 0));
        boolean stopped = turn.cancelled.isDone();
        if (stopped) {
            cancelled.incrementAndGet();
        }
        TurnEvent last = new TurnEvent.Completed(stopped ? "cancelled" : "stop", "T0", 1);
        listener.accept(last);
        turn.done.complete(last);
    }

    private static RankedItem ranked(Item item) {
        return new RankedItem(item, 1, 1, Map.of("pop", 1.0), List.of(), List.of());
    }

    private record Staged(
            TurnId id,
            CompletableFuture<Void> release,
            CompletableFuture<Boolean> cancelled,
            CompletableFuture<TurnEvent> done)
            implements Turn {
        Staged(TurnId id, CompletableFuture<Void> release) {
            this(id, release, new CompletableFuture<>(), new CompletableFuture<>());
        }

        // Waits on the turn's own thread: a task that blocks in the common pool, which has one thread on two cores,
        // would keep the HTTP client of the tests from completing its answers.
        void pause() {
            try {
                CompletableFuture.anyOf(cancelled, release).get(60, TimeUnit.SECONDS);
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        }

        @Override
        public void cancel() {
            cancelled.complete(true);
        }
    }
}
