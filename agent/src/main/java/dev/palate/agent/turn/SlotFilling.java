package dev.palate.agent.turn;

import dev.palate.agent.domain.CatalogSnapshot;
import dev.palate.agent.domain.DomainPack;
import dev.palate.agent.domain.Reading;
import dev.palate.agent.llm.Deadline;
import dev.palate.agent.llm.FillLimits;
import dev.palate.agent.llm.Filled;
import dev.palate.agent.llm.JsonShape;
import dev.palate.agent.llm.LanguageModel;
import dev.palate.agent.llm.ModelLevel;
import dev.palate.agent.llm.Usage;
import dev.palate.memory.memory.Memory;
import dev.palate.prompts.PromptLibrary;
import dev.palate.prompts.Quoted;
import dev.palate.prompts.RenderedPrompt;
import dev.palate.prompts.SlotPrompt;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import tools.jackson.databind.JsonNode;

/// Has a model name what a message asks for where the rules found nothing: categories of the catalog and themes of the
/// domain, out of a closed list, one request a message. What it names is welcome, never required: a model's reading
/// rules nothing out. Stateless and thread-safe; costs a call of some 200 tokens, most of them the list.
public final class SlotFilling {
    /// The least level of a model that is asked.
    static final ModelLevel LEAST = ModelLevel.T2;

    private static final int TOKENS = 48;
    private static final Duration POLL = Duration.ofMillis(25);
    private static final String KINDS = "kinds";
    private static final double CONFIDENCE = 0.5;

    private final LanguageModel model;
    private final PromptLibrary prompts;
    private final Duration patience;
    private final InstantSource clock;

    /// @param patience of each message
    public SlotFilling(LanguageModel model, PromptLibrary prompts, Duration patience, InstantSource clock) {
        this.model = model;
        this.prompts = prompts;
        this.patience = patience;
        this.clock = clock;
    }

    /// What a model named.
    ///
    /// @param categories as the catalog spells them
    /// @param themes their ids
    record Slots(List<String> categories, List<String> themes) {
        static final Slots NONE = new Slots(List.of(), List.of());

        Slots {
            categories = List.copyOf(categories);
            themes = List.copyOf(themes);
        }
    }

    /// How it went.
    ///
    /// @param prompt its version
    /// @param digest of the prompt's text
    /// @param level the model's when it was asked
    /// @param reason empty when the answer was used, else why not: `late`, `cancelled`, `model`
    record Result(Slots slots, String prompt, String digest, String model, String level, String reason, Usage usage) {}

    private record Kind(String name, boolean theme) {}

    /// A question under way.
    final class Asked {
        private final FutureTask<Result> task;
        private final RenderedPrompt prompt;
        private final ModelLevel level;
        private final long from = System.nanoTime();

        private Asked(Map<String, Kind> kinds, String message) {
            prompt = prompts.render(SlotPrompt.of(List.copyOf(kinds.keySet()), message));
            level = model.level();
            task = new FutureTask<>(() -> answer(kinds));
            Thread.ofVirtual().name("slots").start(task);
        }

        private Result answer(Map<String, Kind> kinds) {
            JsonShape shape = JsonShape.object(
                    KINDS, new JsonShape.Arr(new JsonShape.Enumeration(List.copyOf(kinds.keySet())), SlotPrompt.NAMED));
            Filled filled = model.fill(prompt, shape, new FillLimits(TOKENS), Deadline.after(patience, clock));
            List<String> categories = new ArrayList<>();
            List<String> themes = new ArrayList<>();
            for (JsonNode named : shape.parse(filled.json()).path(KINDS)) {
                Kind kind = kinds.get(named.stringValue());
                if (kind != null) {
                    (kind.theme ? themes : categories).add(kind.name);
                }
            }
            return result(new Slots(categories, themes), "", filled.usage());
        }

        private Result result(Slots slots, String reason, Usage usage) {
            return new Result(
                    slots,
                    prompt.version().toString(),
                    StepForms.digest(prompt.system() + "\n" + prompt.user()),
                    model.id().value(),
                    level.name(),
                    reason,
                    usage);
        }

        /// Ends it where it is still under way.
        void end() {
            task.cancel(true);
        }

        /// When it began, of [System#nanoTime].
        long from() {
            return from;
        }

        /// Waits for the answer, no longer than patience from when it began.
        ///
        /// @param cancelled asked every few milliseconds
        Result result(BooleanSupplier cancelled) {
            String reason = "late";
            try {
                while (System.nanoTime() - from < patience.toNanos()) {
                    if (cancelled.getAsBoolean()) {
                        reason = "cancelled";
                        break;
                    }
                    try {
                        return task.get(POLL.toMillis(), TimeUnit.MILLISECONDS);
                    } catch (TimeoutException e) {
                        // looks whether it is cancelled, and waits on
                    }
                }
            } catch (ExecutionException e) {
                Failures.note("slots", e);
                reason = "model";
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                reason = "cancelled";
            }
            task.cancel(true);
            return result(Slots.NONE, reason, Usage.NONE);
        }
    }

    /// Asks, where the rules found nothing to go by and the message has words that could mean something.
    Optional<Asked> ask(Understanding meaning, CatalogSnapshot catalog) {
        if (!wanted(meaning) || !model.level().atLeast(LEAST)) {
            return Optional.empty();
        }
        Map<String, Kind> kinds = kinds(catalog);
        return kinds.isEmpty()
                ? Optional.empty()
                : Optional.of(new Asked(kinds, meaning.reading().text()));
    }

    private static boolean wanted(Understanding meaning) {
        Reading reading = meaning.reading();
        return meaning.intent().shows()
                && !reading.does(Reading.Act.INJECTION)
                && !reading.tells()
                && !reading.rest().isEmpty();
    }

    /// By the word that stands for each in the prompt: the commonest categories first, then themes that some item has.
    private static Map<String, Kind> kinds(CatalogSnapshot catalog) {
        Map<String, Kind> kinds = new LinkedHashMap<>();
        for (String category : catalog.commonCategories()) {
            add(kinds, catalog.lexicon().label(category), new Kind(category, false));
        }
        for (DomainPack.Theme theme : catalog.lexicon().pack().themes()) {
            if (!catalog.themeItems(theme.id()).isEmpty()) {
                add(kinds, theme.label(), new Kind(theme.id(), true));
            }
        }
        return kinds;
    }

    private static void add(Map<String, Kind> kinds, String label, Kind kind) {
        Quoted quoted = Quoted.of(label, SlotPrompt.KIND_CHARACTERS);
        if (kinds.size() < SlotPrompt.MAX_KINDS && !quoted.text().isEmpty() && !quoted.truncated()) {
            kinds.putIfAbsent(quoted.text(), kind);
        }
    }

    /// The message's meaning with what a model named; empty when that changes nothing. What the wish or a memory is
    /// against is not taken up.
    static Optional<Understanding> with(
            Slots slots, Understanding meaning, List<Memory> memories, CatalogSnapshot catalog) {
        Wish.Draft wish = meaning.wish().draft();
        List<String> taken = new ArrayList<>();
        for (String category : slots.categories()) {
            boolean ruled = wish.excluded.contains(category)
                    || against("genre", category, memories)
                    || wish.required.contains(category)
                    || wish.anyOf.contains(category);
            if (!ruled && wish.leaning.add(category)) {
                taken.add(catalog.lexicon().label(category));
            }
        }
        for (String theme : slots.themes()) {
            boolean ruled = wish.excludedThemes.contains(theme) || against("theme", theme, memories);
            if (!ruled && wish.themes.add(theme)) {
                taken.add(catalog.lexicon()
                        .theme(theme)
                        .map(DomainPack.Theme::label)
                        .orElse(theme));
            }
        }
        return taken.isEmpty()
                ? Optional.empty()
                : Optional.of(meaning.taken(wish.build(), taken, Math.max(CONFIDENCE, meaning.confidence())));
    }

    private static boolean against(String facet, String value, List<Memory> memories) {
        return Aversion.DISLIKE.of(memories, facet).stream().anyMatch(value::equalsIgnoreCase);
    }
}
