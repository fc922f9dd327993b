package dev.palate.agent.turn;

import dev.palate.agent.domain.CatalogSnapshot;
import dev.palate.agent.domain.Gazetteer;
import dev.palate.agent.explanation.Account;
import dev.palate.agent.explanation.Explanation;
import dev.palate.agent.grounding.Grounding;
import dev.palate.agent.grounding.Handles;
import dev.palate.agent.grounding.ProseFilter;
import dev.palate.agent.grounding.Rules;
import dev.palate.agent.llm.ModelLevel;
import dev.palate.memory.catalog.Item;
import dev.palate.memory.catalog.ItemId;
import dev.palate.memory.conversation.Conversation;
import dev.palate.memory.conversation.TurnId;
import dev.palate.memory.memory.Memory;
import dev.palate.memory.memory.MemoryKind;
import dev.palate.memory.slate.SlateId;
import dev.palate.memory.slate.SlateRecord;
import dev.palate.prompts.SpeakPrompt;
import dev.palate.retrieval.recommend.RankedItem;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The part of a turn that makes a list: retrieve, ground, show, and only then speak. Made for one turn.
final class Listing {
    private static final Logger LOG = LoggerFactory.getLogger(Listing.class);
    private static final Set<String> ALWAYS_ALLOWED = Set.of("i", "i'm", "i'd", "i'll", "i've", "english");

    // As many as fit into an answer of 60 tokens.
    private static final int SPOKEN_OF = 3;

    private final AgentParts parts;
    private final TurnLimits limits;
    private final TurnRequest request;
    private final Conversation conversation;
    private final TurnId turn;
    private final Events events;
    private final BooleanSupplier stopped;

    /// What a turn answers.
    ///
    /// @param slate absent when none was shown
    /// @param shown the items of the slate
    /// @param begun true when the wish began anew
    record Answer(
            String text,
            String level,
            @Nullable SlateId slate,
            List<ItemId> shown,
            boolean begun,
            int promptTokens,
            int completionTokens,
            int calls) {
        static Answer words(String text) {
            return new Answer(text, ModelLevel.T0.name(), null, List.of(), false, 0, 0, 0);
        }

        State after(State state) {
            if (slate == null) {
                return state;
            }
            List<ItemId> all = new ArrayList<>(begun ? List.of() : state.shown());
            all.addAll(shown);
            return new State(state.wish(), all, slate, shown, state.written());
        }
    }

    private record Words(String text, String level, int promptTokens, int completionTokens, int calls) {}

    Listing(
            AgentParts parts,
            TurnLimits limits,
            TurnRequest request,
            Conversation conversation,
            TurnId turn,
            Events events,
            BooleanSupplier stopped) {
        this.parts = parts;
        this.limits = limits;
        this.request = request;
        this.conversation = conversation;
        this.turn = turn;
        this.events = events;
        this.stopped = stopped;
    }

    Answer answer(Understanding meaning, List<Memory> memories, State state, CatalogSnapshot catalog) {
        if (stopped.getAsBoolean()) {
            return Answer.words("Stopped.");
        }
        Wish wish = meaning.wish();
        var retrieval = new Retrieval(parts.recommender(), catalog, limits.items());
        Set<ItemId> notAgain = meaning.others() ? new HashSet<>(state.shown()) : Set.of();
        Rules rules = retrieval.rules(wish, memories, notAgain);
        Picks picks = retrieval.pick(conversation.user(), wish, rules, meaning.fondNow(), request.size());
        Rules shownRules = picks.relaxed() ? relaxed(rules) : rules;
        List<RankedItem> items =
                new Grounding(parts.catalog(), parts.clock()).ground(picks.items(), shownRules, request.size());
        Account account = account(meaning, picks, blocking(wish, memories), catalog);
        List<String> reasons = Explanation.reasons(items, account);
        SlateId slate = keep(items, reasons, picks);
        events.emit(new TurnEvent.Recommended(slate, 1, items, reasons, picks.degraded()));
        Words words = speak(meaning, items, reasons, account, memories, catalog);
        return new Answer(
                words.text(),
                words.level(),
                slate,
                items.stream().map(ranked -> ranked.item().id()).toList(),
                meaning.begun(),
                words.promptTokens(),
                words.completionTokens(),
                words.calls());
    }

    // A relaxed list holds what has one of the required categories instead of all.
    private static Rules relaxed(Rules rules) {
        var constraints = rules.constraints();
        return new Rules(
                new dev.palate.retrieval.recommend.Constraints(
                        Set.of(),
                        constraints.excludedCategories(),
                        constraints.requiredTags(),
                        constraints.excludedTags(),
                        constraints.years(),
                        constraints.excludedYears(),
                        constraints.excludedItems()),
                constraints.requiredCategories());
    }

    private Account account(Understanding meaning, Picks picks, List<String> blocking, CatalogSnapshot catalog) {
        Instant now = parts.clock().instant();
        Set<ItemId> liked = new LinkedHashSet<>(meaning.named());
        liked.addAll(List.copyOf(meaning.wish().references()).reversed());
        if (!meaning.begun()) {
            liked.addAll(List.copyOf(meaning.wish().liked()).reversed());
        }
        Map<ItemId, Item> rows = parts.catalog().items(liked);
        return new Account(
                liked.stream()
                        .map(rows::get)
                        .filter(item -> item != null && item.visibleAt(now))
                        .toList(),
                meaning.sought(),
                meaning.phrases(),
                meaning.reading().unknown(),
                blocking,
                picks.relaxed(),
                picks.failed(),
                catalog.lexicon().pack().speech());
    }

    // "A horror film" against the memory "Does not want horror": the memory holds, and the answer says so.
    private static List<String> blocking(Wish wish, List<Memory> memories) {
        return memories.stream()
                .filter(memory -> memory.kind() == MemoryKind.CONSTRAINT && memory.polarity() < 0)
                .filter(memory -> memory.slot() != null
                        && memory.slot().facet().equals("genre")
                        && wish.required().stream().anyMatch(memory.slot().value()::equalsIgnoreCase))
                .map(Memory::text)
                .toList();
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

    private Words speak(
            Understanding meaning,
            List<RankedItem> items,
            List<String> reasons,
            Account account,
            List<Memory> memories,
            CatalogSnapshot catalog) {
        String template = Explanation.words(items, account);
        String wish = SpokenFacts.wish(account, request.content());
        boolean ask = request.models() == TurnRequest.UseModels.AUTO
                && !items.isEmpty()
                && !wish.isEmpty()
                && !stopped.getAsBoolean()
                && parts.model().level().atLeast(ModelLevel.T2);
        if (!ask) {
            return template(template, false, 0, 0, 0);
        }
        ModelLevel level = parts.model().level();
        var handles = new Handles(items, SPOKEN_OF);
        SpeakPrompt prompt = prompt(wish, handles, reasons, account, memories);
        ProseFilter filter = filter(handles, items, account, prompt, catalog);
        var streamed = new StringBuilder();
        Speaker.Spoken spoken = new Speaker(parts.model(), limits, parts.clock())
                .speak(parts.prompts().render(prompt), handles.letters(), filter, stopped, text -> {
                    streamed.append(text);
                    events.emit(new TurnEvent.Delta(text));
                });
        String text = spoken.text();
        if (text == null) {
            if (stopped.getAsBoolean()) {
                String said = streamed.toString().strip();
                return new Words(said.isEmpty() ? "Stopped." : said, ModelLevel.T0.name(), 0, 0, 1);
            }
            LOG.info("turn {}: the model's words were not used, reason {}", turn.value(), spoken.reason());
            return template(template, !streamed.isEmpty(), spoken.promptTokens(), spoken.completionTokens(), 1);
        }
        String admitted = Explanation.admissions(meaning.reading().unknown());
        if (!admitted.isEmpty()) {
            events.emit(new TurnEvent.Delta(" " + admitted));
            text = text + " " + admitted;
        }
        return new Words(text, level.name(), spoken.promptTokens(), spoken.completionTokens(), 1);
    }

    // What is stored replaces what was streamed, so a template after broken words needs no delta of its own.
    private Words template(String text, boolean replaces, int promptTokens, int completionTokens, int calls) {
        if (stopped.getAsBoolean()) {
            return new Words("Stopped.", ModelLevel.T0.name(), promptTokens, completionTokens, calls);
        }
        if (!replaces) {
            events.emit(new TurnEvent.Delta(text));
        }
        return new Words(text, ModelLevel.T0.name(), promptTokens, completionTokens, calls);
    }

    private static SpeakPrompt prompt(
            String wish, Handles handles, List<String> reasons, Account account, List<Memory> memories) {
        List<SpeakPrompt.Title> titles = new ArrayList<>();
        handles.items()
                .forEach((handle, ranked) -> titles.add(SpeakPrompt.Title.of(
                        handle, SpokenFacts.of(ranked.item(), reasons.get(titles.size()), account.liked()))));
        List<String> texts = memories.reversed().stream().map(Memory::text).toList();
        return SpeakPrompt.of(wish, titles, texts, Locale.ENGLISH);
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
