package dev.palate.agent.turn;

import dev.palate.agent.collaborative.CollaborativeReader;
import dev.palate.agent.collaborative.Facets;
import dev.palate.agent.domain.CatalogSnapshot;
import dev.palate.agent.domain.Gazetteer;
import dev.palate.agent.explanation.Account;
import dev.palate.agent.explanation.Explanation;
import dev.palate.agent.grounding.Handles;
import dev.palate.agent.grounding.ProseFilter;
import dev.palate.agent.llm.ModelLevel;
import dev.palate.agent.llm.Usage;
import dev.palate.agent.ranking.LlmRanker;
import dev.palate.memory.catalog.ItemId;
import dev.palate.memory.conversation.Conversation;
import dev.palate.memory.conversation.TurnId;
import dev.palate.memory.memory.Memory;
import dev.palate.memory.slate.SlateId;
import dev.palate.memory.slate.SlateRecord;
import dev.palate.prompts.RenderedPrompt;
import dev.palate.prompts.SpeakPrompt;
import dev.palate.retrieval.recommend.RankedItem;
import dev.palate.retrieval.recommend.RecommendationRequest;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The part of a turn that makes a list: retrieve, ground, show, and only then speak. Made for one turn.
final class Listing {
    private static final Logger LOG = LoggerFactory.getLogger(Listing.class);
    private static final Set<String> ALWAYS_ALLOWED = Set.of("i", "i'm", "i'd", "i'll", "i've", "english");

    // The list waits a quarter of the time for a recall for what like users and items tell.
    private static final int OF_RECALL = 4;

    // As many as fit into an answer of 60 tokens.
    private static final int SPOKEN_OF = 3;

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
            return new State(wish == null ? state.wish() : wish, all, slate, shown, state.written());
        }
    }

    /// The words and how they were asked for.
    ///
    /// @param prompt its version, empty when no model was asked
    /// @param asked the level of the model that was asked
    /// @param reason why the model's words were not used
    private record Words(
            String text,
            String level,
            String prompt,
            String promptDigest,
            String model,
            String asked,
            String reason,
            Usage usage) {
        static final Words NOT_ASKED = new Words("", ModelLevel.T0.name(), "", "", "", "", "", Usage.NONE);

        Words said(String words, String by) {
            return new Words(words, by, prompt, promptDigest, model, asked, reason, usage);
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
        long from = System.nanoTime();
        Words words = speak(made, told(facets, memories), catalog);
        notes.step(
                StepForms.WORDS,
                from,
                () -> StepForms.asked(
                        words.prompt(),
                        words.promptDigest(),
                        words.model(),
                        words.asked(),
                        words.reason(),
                        words.usage()),
                () -> StepForms.spoken(words.text(), words.level()));
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

    /// What a model that finds words is told of the person: first what the person seems to want, in one line.
    private static List<String> told(Facets facets, List<Memory> memories) {
        List<String> told = new ArrayList<>();
        if (!facets.line().isEmpty()) {
            told.add(facets.line());
        }
        memories.reversed().forEach(memory -> told.add(memory.text()));
        return told;
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

    private Words speak(ListMaking.Made made, List<String> told, CatalogSnapshot catalog) {
        List<RankedItem> items = made.items();
        Account account = made.account();
        String wish = SpokenFacts.wish(account, request.content());
        boolean ask = request.models() == TurnRequest.UseModels.AUTO
                && !items.isEmpty()
                && !wish.isEmpty()
                && !stopped.getAsBoolean()
                && parts.model().level().atLeast(ModelLevel.T2);
        if (!ask) {
            return template(Words.NOT_ASKED, made.template(), false);
        }
        ModelLevel level = parts.model().level();
        var handles = new Handles(items, SPOKEN_OF);
        SpeakPrompt prompt = prompt(wish, handles, made.reasons(), account, told);
        ProseFilter filter = filter(handles, items, account, prompt, catalog);
        var streamed = new StringBuilder();
        RenderedPrompt rendered = parts.prompts().render(prompt);
        Speaker.Spoken spoken = new Speaker(parts.model(), limits, parts.clock())
                .speak(rendered, handles.letters(), filter, stopped, text -> {
                    streamed.append(text);
                    events.emit(new TurnEvent.Delta(text));
                });
        var asked = new Words(
                "",
                ModelLevel.T0.name(),
                rendered.version().toString(),
                notes.kept() ? StepForms.digest(rendered.system() + "\n" + rendered.user()) : "",
                parts.model().id().value(),
                level.name(),
                spoken.reason(),
                spoken.usage());
        String text = spoken.text();
        if (text == null) {
            if (stopped.getAsBoolean()) {
                String said = streamed.toString().strip();
                return asked.said(said.isEmpty() ? "Stopped." : said, ModelLevel.T0.name());
            }
            LOG.info("turn {}: the model's words were not used, reason {}", turn.value(), spoken.reason());
            return template(asked, made.template(), !streamed.isEmpty());
        }
        String admitted = Explanation.admissions(account);
        if (!admitted.isEmpty()) {
            events.emit(new TurnEvent.Delta(" " + admitted));
            text = text + " " + admitted;
        }
        return asked.said(text, level.name());
    }

    // What is stored replaces what was streamed, so a template after broken words needs no delta of its own.
    private Words template(Words asked, String text, boolean replaces) {
        if (stopped.getAsBoolean()) {
            return asked.said("Stopped.", ModelLevel.T0.name());
        }
        if (!replaces) {
            events.emit(new TurnEvent.Delta(text));
        }
        return asked.said(text, ModelLevel.T0.name());
    }

    private static SpeakPrompt prompt(
            String wish, Handles handles, List<String> reasons, Account account, List<String> told) {
        List<SpeakPrompt.Title> titles = new ArrayList<>();
        handles.items()
                .forEach((handle, ranked) -> titles.add(SpeakPrompt.Title.of(
                        handle, SpokenFacts.of(ranked.item(), reasons.get(titles.size()), account.liked()))));
        return SpeakPrompt.of(wish, titles, told, Locale.ENGLISH);
    }

    private ProseFilter filter(
            Handles handles, List<RankedItem> items, Account account, SpeakPrompt prompt, CatalogSnapshot catalog) {
        Set<ItemId> named = new HashSet<>();
        items.forEach(ranked -> named.add(ranked.item().id()));
        account.liked().forEach(item -> named.add(item.id()));
        Set<String> words = new HashSet<>(ALWAYS_ALLOWED);
        catalog.categories().forEach(category -> words.add(category.toLowerCase(Locale.ROOT)));
        for (String word : (request.content() + " " + prompt.message().text()).split("[^\\p{L}\\p{N}'-]+", -1)) {
            words.add(word.toLowerCase(Locale.ROOT));
        }
        account.liked()
                .forEach(item -> words.addAll(List.of(Gazetteer.plainTitle(item.title())
                        .toLowerCase(Locale.ROOT)
                        .split("[^\\p{L}\\p{N}'-]+", -1))));
        words.remove("");
        List<String> told = new ArrayList<>(List.of(
                prompt.message().text(),
                account.speech().noun(),
                account.speech().plural()));
        prompt.titles().forEach(title -> told.add(title.words().text()));
        prompt.memories().forEach(memory -> told.add(memory.text()));
        return new ProseFilter(handles, catalog.gazetteer(), named, words, told);
    }

    /// Which turn this is for, for logs.
    TurnId turn() {
        return turn;
    }
}
