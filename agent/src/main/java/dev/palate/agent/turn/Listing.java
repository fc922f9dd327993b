package dev.palate.agent.turn;

import dev.palate.agent.collaborative.CollaborativeReader;
import dev.palate.agent.collaborative.Facets;
import dev.palate.agent.domain.CatalogSnapshot;
import dev.palate.agent.llm.ModelLevel;
import dev.palate.agent.llm.Usage;
import dev.palate.agent.ranking.LlmRanker;
import dev.palate.memory.catalog.ItemId;
import dev.palate.memory.conversation.Conversation;
import dev.palate.memory.conversation.TurnId;
import dev.palate.memory.memory.Memory;
import dev.palate.memory.slate.SlateId;
import dev.palate.memory.slate.SlateRecord;
import dev.palate.retrieval.recommend.RankedItem;
import dev.palate.retrieval.recommend.RecommendationRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The part of a turn that makes a list: retrieve, ground, show, and only then speak. Made for one turn.
final class Listing {
    private static final Logger LOG = LoggerFactory.getLogger(Listing.class);
    // The list waits a quarter of the time for a recall for what like users and items tell.
    private static final int OF_RECALL = 4;

    private final AgentParts parts;
    private final TurnLimits limits;
    private final TurnRequest request;
    private final Conversation conversation;
    private final TurnId turn;
    private final Events events;
    private final BooleanSupplier stopped;
    private final TurnNotes notes;

    /// What a turn answers.
    ///
    /// @param slate absent when none was shown
    /// @param shown the items of the slate
    /// @param begun true when the wish began anew
    /// @param modelVersion of the collaborative model, empty when no list was made
    /// @param model of language that was asked, empty when none was
    /// @param calls requests to it
    /// @param wish what is asked for from now on; absent when nothing was listed
    record Answer(
            String text,
            String level,
            @Nullable SlateId slate,
            List<ItemId> shown,
            boolean begun,
            String modelVersion,
            String model,
            Usage usage,
            int calls,
            @Nullable Wish wish) {
        static Answer words(String text) {
            return new Answer(text, ModelLevel.T0.name(), null, List.of(), false, "", "", Usage.NONE, 0, null);
        }

        State after(State state) {
            if (slate == null) {
                return state;
            }
            List<ItemId> all = new ArrayList<>(begun ? List.of() : state.shown());
            all.addAll(shown);
            return new State(wish == null ? state.wish() : wish, all, slate, shown, state.written(), null);
        }
    }

    Listing(
            AgentParts parts,
            TurnLimits limits,
            TurnRequest request,
            Conversation conversation,
            TurnId turn,
            Events events,
            BooleanSupplier stopped,
            TurnNotes notes) {
        this.parts = parts;
        this.limits = limits;
        this.request = request;
        this.conversation = conversation;
        this.turn = turn;
        this.events = events;
        this.stopped = stopped;
        this.notes = notes;
    }

    Answer answer(Understanding meaning, List<Memory> memories, State state, CatalogSnapshot catalog) {
        if (stopped.getAsBoolean()) {
            return Answer.words("Stopped.");
        }
        Optional<CollaborativeReader.Reading> read = collaborative(memories);
        Facets facets = read.map(CollaborativeReader.Reading::facets).orElse(Facets.NONE);
        Optional<SlotFilling.Asked> asked = ask(meaning, catalog);
        try {
            Shown shown = show(meaning, memories, state, catalog, facets, 1);
            Optional<SlotFilling.Result> filled = asked.map(one -> filled(one, meaning));
            // A stopped turn keeps no meaning that nobody saw a list of.
            Optional<Understanding> revised = filled.filter(_ -> !stopped.getAsBoolean())
                    .flatMap(result -> SlotFilling.with(result.slots(), meaning, memories, catalog));
            if (revised.isPresent()) {
                events.emit(understood(revised.get()));
                shown = show(revised.get(), memories, state, catalog, facets, 2).after(shown);
            }
            return answer(
                    revised.orElse(meaning), shown, filled.map(SlotFilling.Result::usage), facets, memories, catalog);
        } finally {
            asked.ifPresent(SlotFilling.Asked::end);
        }
    }

    private Answer answer(
            Understanding meaning,
            Shown shown,
            Optional<Usage> filling,
            Facets facets,
            List<Memory> memories,
            CatalogSnapshot catalog) {
        ListMaking.Made made = shown.made();
        ListWords.Found words = new ListWords(parts, limits, request, turn, events, stopped, notes)
                .find(made, facets, memories, catalog);
        String asked = filling.isPresent() ? parts.model().id().value() : "";
        return new Answer(
                words.text(),
                words.level(),
                shown.slate(),
                made.items().stream().map(ranked -> ranked.item().id()).toList(),
                meaning.begun(),
                made.picks().modelVersion(),
                words.model().isEmpty() ? asked : words.model(),
                words.usage().plus(shown.usage()).plus(filling.orElse(Usage.NONE)),
                (words.prompt().isEmpty() ? 0 : 1) + (filling.isPresent() ? 1 : 0) + shown.calls(),
                meaning.wish());
    }

    /// A list that was shown.
    ///
    /// @param usage of all lists of the turn
    /// @param calls made to a model for them
    private record Shown(ListMaking.Made made, SlateId slate, Usage usage, int calls) {
        Shown after(Shown before) {
            return new Shown(made, slate, usage.plus(before.usage), calls + before.calls);
        }
    }

    private Shown show(
            Understanding meaning,
            List<Memory> memories,
            State state,
            CatalogSnapshot catalog,
            Facets facets,
            int revision) {
        var making = new ListMaking(
                parts.recommender(), parts.catalog(), parts.clock(), catalog, limits.items(), notes.kept());
        ListMaking.Made made =
                making.make(conversation.user(), meaning, memories, state, request.size(), scoring(memories), facets);
        note(making, made);
        SlateId slate = keep(made.items(), made.reasons(), made.picks());
        events.emit(new TurnEvent.Recommended(
                slate, revision, made.items(), made.reasons(), made.picks().degraded()));
        return new Shown(made, slate, made.usage(), made.calls());
    }

    /// Before the list, so that the model reads while it is made.
    private Optional<SlotFilling.Asked> ask(Understanding meaning, CatalogSnapshot catalog) {
        return request.models() == TurnRequest.UseModels.AUTO && limits.slots().isPositive()
                ? new SlotFilling(parts.model(), parts.prompts(), limits.slots(), parts.clock()).ask(meaning, catalog)
                : Optional.empty();
    }

    private SlotFilling.Result filled(SlotFilling.Asked asked, Understanding meaning) {
        SlotFilling.Result result = asked.result(stopped);
        notes.step(
                StepForms.SLOTS,
                asked.from(),
                () -> StepForms.asked(
                        result.prompt(),
                        result.digest(),
                        result.model(),
                        result.level(),
                        result.reason(),
                        result.usage()),
                () -> StepForms.slots(result.slots()));
        if (!result.reason().isEmpty()) {
            LOG.info(
                    "turn {}: no model said what the message asks for, reason {}; intent {}",
                    turn.value(),
                    result.reason(),
                    meaning.intent().key());
        }
        return result;
    }

    private static TurnEvent.Understood understood(Understanding meaning) {
        List<String> phrases = new ArrayList<>(meaning.phrases());
        meaning.taken().forEach(kind -> phrases.add("perhaps " + kind));
        return new TurnEvent.Understood(
                meaning.intent().key(),
                phrases,
                meaning.reading().unknown().stream()
                        .map(unknown -> unknown.words())
                        .toList(),
                meaning.confidence());
    }

    /// What like users and items tell; absent where that is off, late or failed, and the list is made without.
    private Optional<CollaborativeReader.Reading> collaborative(List<Memory> memories) {
        if (parts.collaborative().isEmpty()) {
            return Optional.empty();
        }
        CollaborativeReader reader = parts.collaborative().get();
        boolean models = request.models() == TurnRequest.UseModels.AUTO;
        long from = System.nanoTime();
        Optional<CollaborativeReader.Reading> read = Timed.within(
                        limits.recall().dividedBy(OF_RECALL),
                        "curate",
                        () -> reader.read(conversation.user(), memories, models))
                .result();
        read.ifPresent(one -> {
            notes.step(
                    StepForms.CURATE,
                    from,
                    one.curateNanos(),
                    () -> StepForms.looked(one.curated()),
                    () -> StepForms.curated(one.curated().neighbourhood()));
            notes.step(
                    StepForms.SYNTHESISE,
                    from + one.curateNanos(),
                    one.synthesiseNanos(),
                    () -> StepForms.of(one.curated().own(), one.facets().byModel()),
                    () -> StepForms.facets(one.facets().counted()));
        });
        return read;
    }

    private ListMaking.Scoring scoring(List<Memory> memories) {
        if (request.models() != TurnRequest.UseModels.AUTO || stopped.getAsBoolean()) {
            return ListMaking.Scoring.NONE;
        }
        List<String> known = memories.reversed().stream().map(Memory::text).toList();
        return new ListMaking.Scoring() {
            @Override
            public int depth() {
                return parts.ranker().depth();
            }

            @Override
            public LlmRanker.Outcome rank(List<RankedItem> grounded) {
                return parts.ranker().rank(request.content(), known, grounded);
            }
        };
    }

    private void note(ListMaking making, ListMaking.Made made) {
        for (Retrieval.Asked asked : making.asked()) {
            RecommendationRequest wanted = asked.request();
            asked.workings()
                    .ifPresentOrElse(
                            workings -> {
                                notes.read(workings.standing().memories());
                                notes.step(
                                        StepForms.RETRIEVE,
                                        asked.from(),
                                        workings.gatherMicros() * 1_000,
                                        () -> StepForms.asked(wanted, workings),
                                        () -> StepForms.gathered(workings));
                                notes.step(
                                        StepForms.RANK,
                                        asked.from() + workings.gatherMicros() * 1_000,
                                        workings.rankMicros() * 1_000,
                                        StepForms::none,
                                        () -> StepForms.ranked(workings));
                            },
                            () -> notes.step(
                                    StepForms.RETRIEVE,
                                    asked.from(),
                                    asked.nanos(),
                                    () -> StepForms.asked(wanted, null),
                                    StepForms::none));
        }
        long now = System.nanoTime();
        notes.step(
                StepForms.SHOW,
                now - made.groundedNanos(),
                made.groundedNanos(),
                () -> StepForms.scored(made),
                () -> StepForms.shown(made));
    }

    private SlateId keep(List<RankedItem> items, List<String> reasons, Picks picks) {
        var slate = new SlateId(parts.ids().next());
        List<SlateRecord.Entry> entries = new ArrayList<>();
        for (int i = 0; i < items.size(); i++) {
            RankedItem ranked = items.get(i);
            entries.add(new SlateRecord.Entry(
                    ranked.item().id(),
                    ranked.rank(),
                    ranked.score(),
                    ranked.parts(),
                    reasons.get(i),
                    ranked.memories()));
        }
        parts.slates()
                .put(new SlateRecord(
                        slate,
                        conversation.user(),
                        conversation.id(),
                        parts.clock().instant(),
                        picks.modelVersion(),
                        ModelLevel.T0.name(),
                        entries,
                        picks.degraded()));
        entries.forEach(entry -> parts.reinforcement().shown(conversation.user(), entry.memories()));
        return slate;
    }
}
