package dev.palate.web.chat;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.palate.agent.turn.ChatAgent;
import dev.palate.agent.turn.Turn;
import dev.palate.agent.turn.TurnRequest;
import dev.palate.memory.conversation.ConversationId;
import dev.palate.memory.conversation.TurnId;
import dev.palate.memory.erase.ErasedMemories;
import dev.palate.memory.erase.ErasurePlace;
import dev.palate.memory.user.UserId;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.stream.Stream;

/// The turns that run and those whose events can still be read. Thread-safe.
///
/// A running turn is held until it ends, an ended one for a stated time and among at most 1,000. When the last reader
/// of a running turn goes, the turn has a stated time to find another, then it is cancelled.
public final class TurnStreams implements ErasurePlace, AutoCloseable {
    private static final int MAX_ENDED = 1_000;

    /// A turn with its events.
    record Entry(ConversationId conversation, TurnId turn, TurnLog log) {}

    private final ChatAgent agent;
    private final Predicate<ConversationId> exists;
    private final Duration orphan;
    private final Map<TurnId, Entry> running = new ConcurrentHashMap<>();
    private final Cache<TurnId, Entry> ended;
    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("turn-orphans").factory());

    /// With the agent, how long a turn without a reader goes on, and how long an ended one is kept.
    ///
    /// @param exists whether a conversation is still there; the events of one that is not are dropped by an erasure
    public TurnStreams(ChatAgent agent, Predicate<ConversationId> exists, Duration orphan, Duration resumable) {
        this.agent = agent;
        this.exists = exists;
        this.orphan = orphan;
        this.ended = Caffeine.newBuilder()
                .maximumSize(MAX_ENDED)
                .expireAfterWrite(resumable)
                .build();
    }

    /// Starts a turn.
    Entry start(TurnRequest request) {
        TurnLog log = new TurnLog();
        Turn turn = agent.start(request, log::append);
        log.attach(turn);
        Entry entry = new Entry(request.conversation(), turn.id(), log);
        running.put(turn.id(), entry);
        turn.done().whenComplete((last, failure) -> retire(entry)).exceptionally(failure -> null);
        return entry;
    }

    /// The turn of the conversation, running or lately ended.
    Optional<Entry> find(ConversationId conversation, TurnId turn) {
        Entry entry = running.get(turn);
        if (entry == null) {
            entry = ended.getIfPresent(turn);
        }
        return Optional.ofNullable(entry).filter(found -> found.conversation().equals(conversation));
    }

    /// The running turn of the conversation.
    Optional<Entry> current(ConversationId conversation) {
        return running.values().stream()
                .filter(entry -> entry.conversation().equals(conversation)
                        && !entry.log().hasEnded())
                .findAny();
    }

    /// A reader of the turn is gone.
    void readerWent(Entry entry) {
        if (entry.log().readerWent() && !timer.isShutdown()) {
            var unused = timer.schedule(entry.log()::cancelIfUnread, orphan.toMillis(), TimeUnit.MILLISECONDS);
        }
    }

    private void retire(Entry entry) {
        ended.put(entry.turn(), entry);
        running.remove(entry.turn());
        if (entry.log().touched()) {
            ended.invalidate(entry.turn());
        }
    }

    @Override
    public String name() {
        return "events of turns";
    }

    @Override
    public long erase(UserId user) {
        List<Entry> left = left();
        left.forEach(this::drop);
        return left.size();
    }

    @Override
    public long remaining(UserId user) {
        return left().size();
    }

    @Override
    public boolean holdsMemories() {
        return true;
    }

    /// Ended turns that told of one of the memories go as a whole, since their words may be made of it. One
    /// that runs
    /// loses what names it at once and goes with its end.
    @Override
    public long erase(ErasedMemories memories) {
        long gone = 0;
        for (Entry entry : running.values()) {
            gone += entry.log().forget(memories.ids()) > 0 ? 1 : 0;
        }
        for (Entry entry : ended.asMap().values()) {
            if (entry.log().touched() || entry.log().naming(memories.ids()) > 0) {
                ended.invalidate(entry.turn());
                gone++;
            }
        }
        return gone;
    }

    @Override
    public long remaining(ErasedMemories memories) {
        return Stream.concat(running.values().stream(), ended.asMap().values().stream())
                .filter(entry -> entry.log().naming(memories.ids()) > 0)
                .count();
    }

    @Override
    public boolean holdsConversations() {
        return true;
    }

    @Override
    public long erase(ConversationId conversation) {
        List<Entry> of = of(conversation);
        of.forEach(this::drop);
        return of.size();
    }

    @Override
    public long remaining(ConversationId conversation) {
        return of(conversation).size();
    }

    private List<Entry> of(ConversationId conversation) {
        return Stream.concat(running.values().stream(), ended.asMap().values().stream())
                .filter(entry -> entry.conversation().equals(conversation))
                .toList();
    }

    private void drop(Entry entry) {
        entry.log().cancel();
        entry.log().close();
        running.remove(entry.turn());
        ended.invalidate(entry.turn());
    }

    // Erased after the database: the events of conversations that are gone.
    private List<Entry> left() {
        return Stream.concat(running.values().stream(), ended.asMap().values().stream())
                .filter(entry -> !exists.test(entry.conversation()))
                .toList();
    }

    /// Ends every turn and sends every reader away.
    @Override
    public void close() {
        timer.shutdownNow();
        running.values().forEach(entry -> {
            entry.log().cancel();
            entry.log().close();
        });
    }
}
