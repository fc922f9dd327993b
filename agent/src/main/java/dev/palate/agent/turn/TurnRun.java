package dev.palate.agent.turn;

import dev.palate.agent.domain.CatalogSnapshot;
import dev.palate.agent.domain.Claim;
import dev.palate.agent.domain.Gazetteer;
import dev.palate.agent.domain.Mention;
import dev.palate.agent.domain.Reading;
import dev.palate.agent.domain.Stance;
import dev.palate.agent.extraction.MemoryExtractor;
import dev.palate.agent.llm.ModelLevel;
import dev.palate.memory.MemoryException;
import dev.palate.memory.catalog.Catalog;
import dev.palate.memory.catalog.Item;
import dev.palate.memory.catalog.ItemId;
import dev.palate.memory.conversation.Conversation;
import dev.palate.memory.conversation.Message;
import dev.palate.memory.conversation.Role;
import dev.palate.memory.conversation.TurnId;
import dev.palate.memory.gate.Proposal;
import dev.palate.memory.gate.Written;
import dev.palate.memory.memory.Actor;
import dev.palate.memory.memory.Memory;
import dev.palate.memory.memory.MemoryId;
import dev.palate.memory.memory.MemoryKind;
import dev.palate.memory.memory.Subject;
import dev.palate.memory.slate.SlateId;
import dev.palate.memory.slate.SlateRecord;
import dev.palate.memory.tier.Reinforcement;
import dev.palate.memory.trace.TraceHead;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// One turn, step by step, on one thread: recall, understand, remember, decide, show, speak. Every way out of it gives
/// the last event.
final class TurnRun implements Turn {
    private static final int MAX_RECALLED = 50;
    private static final int MAX_TITLE = 60;
    private static final Duration LAST_WAIT = Duration.ofSeconds(1);

    private final AgentParts parts;
    private final TurnLimits limits;
    private final TurnRequest request;
    private final Conversation conversation;
    private final TurnId id;
    private final Message message;
    private final Events events;
    private final AtomicReference<String> stopping = new AtomicReference<>("");
    private final long startedNanos = System.nanoTime();
    private final TurnNotes notes;
    private final Instant startedAt;
    private final long change;

    private State state;
    private String level = ModelLevel.T0.name();
    private String intent = "";
    private Listing.Answer answered = Listing.Answer.words("");

    TurnRun(
            AgentParts parts,
            TurnLimits limits,
            TurnRequest request,
            Conversation conversation,
            Message message,
            Events events) {
        this.parts = parts;
        this.limits = limits;
        this.request = request;
        this.conversation = conversation;
        this.id = message.turn();
        this.message = message;
        this.events = events;
        this.state = StateText.read(conversation.state());
        this.notes = new TurnNotes(parts.traces().isPresent());
        this.startedAt = parts.clock().instant();
        this.change = parts.changes().latest().value();
    }

    @Override
    public TurnId id() {
        return id;
    }

    @Override
    public void cancel() {
        stopping.compareAndSet("", "cancelled");
    }

    @Override
    public java.util.concurrent.CompletableFuture<TurnEvent> done() {
        return events.done();
    }

    /// The turn's time is over: it is asked to end, and a little later ended.
    void expire() {
        stopping.compareAndSet("", "deadline");
    }

    void kill() {
        events.force(completed("deadline"), LAST_WAIT);
    }

    void run() {
        try {
            steps();
            String stopped = stopping.get();
            last(completed(stopped.isEmpty() ? "stop" : stopped));
        } catch (Events.Over e) {
            last(new TurnEvent.Failed("listener", "the reader of this turn failed, so the turn was ended"));
        } catch (MemoryException e) {
            Failures.note("turn", e);
            last(new TurnEvent.Failed(
                    e.code().name().toLowerCase(Locale.ROOT), "the turn could not be stored; try again"));
        } catch (Throwable t) {
            Failures.note("turn", t);
            last(new TurnEvent.Failed("internal", "the turn could not be done; the log says where"));
        }
    }

    /// The trace goes before the last event: who saw that can ask for it.
    private void last(TurnEvent event) {
        try {
            parts.traces().ifPresent(recorder -> recorder.offer(conversation.user(), notes.trace(head(event))));
        } finally {
            events.last(event);
        }
    }

    private TraceHead head(TurnEvent event) {
        TurnEvent ended = events.done().getNow(event);
        String finish = switch (ended) {
            case TurnEvent.Completed completed -> completed.finish();
            case TurnEvent.Failed failed -> failed.code();
            case TurnEvent.Created _,
                    TurnEvent.Recalled _,
                    TurnEvent.Understood _,
                    TurnEvent.Recommended _,
                    TurnEvent.Delta _,
                    TurnEvent.Spoken _,
                    TurnEvent.Remembered _,
                    TurnEvent.Usage _ -> "";
        };
        return new TraceHead(
                id,
                conversation.id(),
                conversation.user(),
                message.id(),
                startedAt,
                intent,
                level,
                finish,
                notes.micros(),
                answered.model(),
                answered.modelVersion(),
                change,
                answered.slate(),
                new TraceHead.Tokens(
                        answered.usage().promptTokens(),
                        answered.usage().cachedTokens(),
                        answered.usage().completionTokens(),
                        answered.calls()));
    }

    private TurnEvent.Completed completed(String finish) {
        return new TurnEvent.Completed(finish, level, millis(startedNanos));
    }

    private static long millis(long sinceNanos) {
        return (System.nanoTime() - sinceNanos) / 1_000_000;
    }

    private boolean stopped() {
        return !stopping.get().isEmpty();
    }

    private void steps() {
        boolean models = request.models() == TurnRequest.UseModels.AUTO;
        events.emit(new TurnEvent.Created(
                id, message.id(), models ? parts.model().level().name() : ModelLevel.T0.name()));
        long recallStart = System.nanoTime();
        Optional<List<Memory>> recalled = recall();
        List<Memory> memories = recalled.orElse(List.of());
        noteRecall(StepForms.RECALL, recallStart, memories, recalled.isEmpty());
        events.emit(new TurnEvent.Recalled(
                memories.reversed().stream().limit(MAX_RECALLED).map(Memory::id).toList(), millis(recallStart)));
        CatalogSnapshot catalog = parts.snapshots().current();
        long readStart = System.nanoTime();
        State before = state;
        Reading reading = parts.reader().read(message.text(), catalog, shown(state, parts.catalog()));
        Understanding meaning =
                Understander.understand(reading, state, lastYears(reading, state, parts.catalog()), catalog);
        intent = meaning.intent().key();
        notes.step(
                StepForms.UNDERSTAND,
                readStart,
                () -> StepForms.said(message.id().value(), before, request),
                () -> StepForms.understood(meaning));
        events.emit(new TurnEvent.Understood(
                meaning.intent().key(),
                meaning.phrases(),
                reading.unknown().stream().map(unknown -> unknown.words()).toList(),
                meaning.confidence()));
        List<TurnEvent.Remembered> remembered = new ArrayList<>();
        if (!stopped() && meaning.intent() != Intent.FORGET) {
            long rememberStart = System.nanoTime();
            List<MemoryId> written = remember(reading, remembered);
            noteRemembered(reading, rememberStart, List.copyOf(remembered));
            if (!written.isEmpty()) {
                written.forEach(notes::written);
                long againStart = System.nanoTime();
                memories = recall().orElse(memories);
                noteRecall(StepForms.RECALL_AGAIN, againStart, memories, false);
                state = state.writing(written);
            }
        }
        if (!stopped()) {
            reinforce(reading);
        }
        state = state.wishing(meaning.wish());
        answer(meaning, recalled.isEmpty() ? Optional.empty() : Optional.of(memories), catalog, remembered);
    }

    private void noteRecall(String step, long from, List<Memory> memories, boolean late) {
        notes.read(memories);
        notes.step(step, from, StepForms::none, () -> StepForms.recalled(memories, late));
    }

    private void noteRemembered(Reading reading, long from, List<TurnEvent.Remembered> remembered) {
        if (reading.claims().stream().anyMatch(Claim::lasting)) {
            notes.step(
                    StepForms.REMEMBER,
                    from,
                    () -> StepForms.written(remembered),
                    () -> StepForms.proposed(proposals(reading, conversation, message), parts.digests()));
        }
    }

    static List<Proposal> proposals(Reading reading, Conversation conversation, Message message) {
        return new MemoryExtractor()
                .extract(
                        new Subject.OfUser(conversation.user()),
                        reading,
                        Role.USER,
                        message.id().value());
    }

    private void answer(
            Understanding meaning,
            Optional<List<Memory>> recalled,
            CatalogSnapshot catalog,
            List<TurnEvent.Remembered> remembered) {
        List<Memory> memories = recalled.orElse(List.of());
        var listing = new Listing(parts, limits, request, conversation, id, events, this::stopped, notes);
        Listing.Answer answer = switch (meaning.intent()) {
            case RECOMMEND, REFINE -> listing.answer(meaning, memories, state, catalog);
            case FORGET -> said(forget(meaning.reading(), recalled, remembered));
            case MEMORY -> said(Talk.known(memories));
            case EXPLAIN -> said(why(meaning.reading()));
            case ABOUT -> said(about(meaning.reading()));
            case CHAT ->
                said(Talk.chat(meaning.reading(), catalog.lexicon().pack().speech(), catalog.newestYear() != null));
        };
        level = answer.level();
        answered = answer;
        state = answer.after(state);
        store(answer, remembered);
    }

    private Listing.Answer said(String text) {
        long from = System.nanoTime();
        if (!stopped()) {
            events.emit(new TurnEvent.Delta(text));
        }
        Listing.Answer answer = Listing.Answer.words(stopped() ? "Stopped." : text);
        notes.step(StepForms.WORDS, from, StepForms::none, () -> StepForms.spoken(answer.text(), answer.level()));
        return answer;
    }

    private void store(Listing.Answer answer, List<TurnEvent.Remembered> remembered) {
        String text = answer.text().substring(0, Math.min(answer.text().length(), Message.MAX_TEXT));
        Message spoken = parts.conversations()
                .append(conversation.id(), id, Role.ASSISTANT, text, answer.slate(), answer.level());
        String title = conversation.title().isEmpty() ? title(message.text()) : null;
        parts.conversations().keep(conversation.id(), StateText.write(state), title);
        events.emit(new TurnEvent.Spoken(spoken.id(), text, answer.level()));
        remembered.forEach(events::emit);
        events.emit(new TurnEvent.Usage(
                (int) answer.usage().promptTokens(), (int) answer.usage().completionTokens(), answer.calls()));
    }

    private static String title(String text) {
        String line = text.replaceAll("\\s+", " ").strip();
        return line.length() <= MAX_TITLE
                ? line
                : line.substring(0, MAX_TITLE - 1).strip() + "…";
    }

    private Subject subject() {
        return new Subject.OfUser(conversation.user());
    }

    /// The memories in force, but for the weakest of very many; absent when they could not be looked at.
    private Optional<List<Memory>> recall() {
        return inForce(parts.memories()::active);
    }

    private Optional<List<Memory>> inForce(Function<Subject, List<Memory>> memories) {
        Instant now = parts.clock().instant();
        return Timed.within(limits.recall(), "recall", () -> memories.apply(subject()))
                .result()
                .map(active -> active.stream()
                        .filter(memory -> memory.effectiveAt(now) && memory.kind() != MemoryKind.PROFILE)
                        .toList());
    }

    private List<MemoryId> remember(Reading reading, List<TurnEvent.Remembered> remembered) {
        if (reading.claims().stream().noneMatch(claim -> claim.lasting())) {
            return List.of();
        }
        Timed.Outcome<List<Written>> results = Timed.within(
                limits.recall(),
                "remember",
                () -> parts.writer()
                        .infer(conversation.user(), reading, message.id().value(), Actor.AGENT));
        if (results instanceof Timed.Undone<List<Written>>(String code)) {
            remembered.add(new TurnEvent.Remembered(TurnEvent.Remembered.FAILED, "", unwritten(reading), code));
        }
        List<MemoryId> ids = new ArrayList<>();
        for (Written written : results.result().orElse(List.of())) {
            Memory memory = written.memory();
            remembered.add(new TurnEvent.Remembered(
                    written.outcome().name(),
                    memory == null ? "" : memory.id().value(),
                    written.text(),
                    written.reason()));
            if (memory != null) {
                ids.add(memory.id());
            }
        }
        return ids;
    }

    private static String unwritten(Reading reading) {
        String quotes = reading.claims().stream()
                .filter(Claim::lasting)
                .map(Claim::quote)
                .distinct()
                .collect(Collectors.joining("; "));
        return quotes.substring(0, Math.min(quotes.length(), Memory.MAX_TEXT));
    }

    /// What the message says of items of the last list is an outcome of it; not to want one now is none.
    private void reinforce(Reading reading) {
        SlateId slate = state.slate();
        if (slate == null) {
            return;
        }
        for (Claim claim : reading.claims()) {
            int sign = claim.stance().sign();
            if (claim.lasting()
                    && sign != 0
                    && claim.stance() != Stance.EXCLUDED
                    && claim.mention() instanceof Mention.Title title
                    && state.last().contains(title.item())) {
                parts.reinforcement()
                        .happened(new Reinforcement.Outcome(
                                message.id().value(), conversation.user(), slate, title.item(), sign));
            }
        }
    }

    private String forget(Reading reading, Optional<List<Memory>> recalled, List<TurnEvent.Remembered> remembered) {
        if (reading.does(Reading.Act.FORGET_ALL)) {
            return forgetAll(remembered);
        }
        // What is meant may be among those that are not recalled.
        Optional<List<Memory>> all = recalled.flatMap(_ -> inForce(parts.memories()::standing));
        if (all.isEmpty()) {
            return Forgetting.UNSEEN;
        }
        List<Memory> forgotten = Forgetting.forget(reading, all.get(), state, parts.memories());
        forgotten.forEach(memory ->
                remembered.add(new TurnEvent.Remembered("FORGET", memory.id().value(), memory.text(), "")));
        state = state.wishing(Forgetting.without(state.wish(), forgotten)).writing(List.of());
        return Forgetting.words(forgotten);
    }

    /// All that is remembered of the user, whatever its status, and what was refused, as one erasure.
    private String forgetAll(List<TurnEvent.Remembered> remembered) {
        Timed.Outcome<Integer> forgotten = Timed.within(
                limits.recall(),
                "forget everything",
                () -> Forgetting.everything(subject(), parts.memories(), parts.erasing()));
        return switch (forgotten) {
            case Timed.Done<Integer>(Integer count) -> {
                state = state.wishing(Wish.NONE).writing(List.of());
                if (count > 0) {
                    remembered.add(new TurnEvent.Remembered("FORGET", "", "everything", ""));
                }
                yield Forgetting.everything(count);
            }
            case Timed.Undone<Integer>(String code) -> {
                remembered.add(new TurnEvent.Remembered(TurnEvent.Remembered.FAILED, "", "forget everything", code));
                yield Forgetting.UNKNOWN;
            }
        };
    }

    private String why(Reading reading) {
        @Nullable
        SlateRecord slate = state.slate() == null
                ? null
                : parts.slates().slate(Objects.requireNonNull(state.slate())).orElse(null);
        return slate == null ? "I have not shown you a list yet." : Talk.why(slate, reading, parts.catalog());
    }

    private String about(Reading reading) {
        List<ItemId> asked = asked(reading, state);
        asked.stream().findFirst().ifPresent(item -> state = state.telling(item));
        return Talk.about(asked, parts.catalog());
    }

    /// The items whose facts are asked for: those that are named, else what "it" is.
    static List<ItemId> asked(Reading reading, State state) {
        return reading.about().isEmpty() ? state.it().stream().toList() : reading.about();
    }

    /// The list before by its titles, each in its place; absent what is gone.
    static List<Optional<Mention.Title>> shown(State state, Catalog catalog) {
        Map<ItemId, Item> items = state.last().isEmpty() ? Map.of() : catalog.items(state.last());
        return state.last().stream()
                .map(id -> Optional.ofNullable(items.get(id))
                        .map(item -> new Mention.Title(id, Gazetteer.plainTitle(item.title()), item.year())))
                .toList();
    }

    static List<Integer> lastYears(Reading reading, State state, Catalog catalog) {
        boolean needed = reading.does(Reading.Act.NEWER) || reading.does(Reading.Act.OLDER);
        List<ItemId> last = needed ? state.last() : List.of();
        return catalog.items(last).values().stream()
                .map(Item::year)
                .filter(Objects::nonNull)
                .map(year -> (int) year)
                .toList();
    }
}
