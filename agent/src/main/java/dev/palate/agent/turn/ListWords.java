package dev.palate.agent.turn;

import dev.palate.agent.collaborative.Facets;
import dev.palate.agent.domain.CatalogSnapshot;
import dev.palate.agent.domain.Gazetteer;
import dev.palate.agent.explanation.Account;
import dev.palate.agent.explanation.Explanation;
import dev.palate.agent.grounding.Handles;
import dev.palate.agent.grounding.ProseFilter;
import dev.palate.agent.llm.ModelLevel;
import dev.palate.agent.llm.Usage;
import dev.palate.memory.catalog.ItemId;
import dev.palate.memory.conversation.TurnId;
import dev.palate.memory.memory.Memory;
import dev.palate.prompts.RenderedPrompt;
import dev.palate.prompts.SpeakPrompt;
import dev.palate.retrieval.recommend.RankedItem;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Finds the words about a list: those of a model where one may speak and says nothing but what it was told, else the
/// template's. Made for one turn.
final class ListWords {
    private static final Logger LOG = LoggerFactory.getLogger(ListWords.class);
    private static final Set<String> ALWAYS_ALLOWED = Set.of("i", "i'm", "i'd", "i'll", "i've", "english");

    // As many as fit into an answer of 60 tokens.
    private static final int SPOKEN_OF = 3;

    private final AgentParts parts;
    private final TurnLimits limits;
    private final TurnRequest request;
    private final TurnId turn;
    private final Events events;
    private final BooleanSupplier stopped;
    private final TurnNotes notes;

    /// The words and how they were asked for.
    ///
    /// @param prompt its version, empty when no model was asked
    /// @param asked the level of the model that was asked
    /// @param reason why the model's words were not used
    record Found(
            String text,
            String level,
            String prompt,
            String promptDigest,
            String model,
            String asked,
            String reason,
            Usage usage) {
        static final Found NOT_ASKED = new Found("", ModelLevel.T0.name(), "", "", "", "", "", Usage.NONE);

        Found said(String words, String by) {
            return new Found(words, by, prompt, promptDigest, model, asked, reason, usage);
        }
    }

    ListWords(
            AgentParts parts,
            TurnLimits limits,
            TurnRequest request,
            TurnId turn,
            Events events,
            BooleanSupplier stopped,
            TurnNotes notes) {
        this.parts = parts;
        this.limits = limits;
        this.request = request;
        this.turn = turn;
        this.events = events;
        this.stopped = stopped;
        this.notes = notes;
    }

    /// Streams them to the turn's listener, and notes how they were found.
    ///
    /// @param facets what the user seems to want
    /// @param memories of the user
    Found find(ListMaking.Made made, Facets facets, List<Memory> memories, CatalogSnapshot catalog) {
        long from = System.nanoTime();
        Found found = speak(made, told(facets, memories), catalog);
        notes.step(
                StepForms.WORDS,
                from,
                () -> StepForms.asked(
                        found.prompt, found.promptDigest, found.model, found.asked, found.reason, found.usage),
                () -> StepForms.spoken(found.text, found.level));
        return found;
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

    private Found speak(ListMaking.Made made, List<String> told, CatalogSnapshot catalog) {
        List<RankedItem> items = made.items();
        Account account = made.account();
        String wish = SpokenFacts.wish(account, request.content());
        boolean ask = request.models() == TurnRequest.UseModels.AUTO
                && !items.isEmpty()
                && !wish.isEmpty()
                && !stopped.getAsBoolean()
                && parts.model().level().atLeast(ModelLevel.T2);
        if (!ask) {
            return template(Found.NOT_ASKED, made.template(), false);
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
        var asked = new Found(
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
    private Found template(Found asked, String text, boolean replaces) {
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
}
