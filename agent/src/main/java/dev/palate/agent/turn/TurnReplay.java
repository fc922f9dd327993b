package dev.palate.agent.turn;

import dev.palate.agent.domain.CatalogSnapshot;
import dev.palate.agent.domain.CatalogSnapshots;
import dev.palate.agent.domain.MessageReader;
import dev.palate.agent.domain.Reading;
import dev.palate.agent.turn.Replayed.Outcome;
import dev.palate.memory.catalog.Catalog;
import dev.palate.memory.catalog.ItemId;
import dev.palate.memory.change.Change;
import dev.palate.memory.change.ChangeNumber;
import dev.palate.memory.change.Changes;
import dev.palate.memory.conversation.Conversation;
import dev.palate.memory.conversation.Conversations;
import dev.palate.memory.conversation.Message;
import dev.palate.memory.gate.Proposal;
import dev.palate.memory.memory.Memories;
import dev.palate.memory.memory.Memory;
import dev.palate.memory.slate.SlateId;
import dev.palate.memory.slate.Slates;
import dev.palate.memory.theme.KnownThemes;
import dev.palate.memory.trace.SecretDigests;
import dev.palate.memory.trace.TraceHead;
import dev.palate.memory.trace.TraceStep;
import dev.palate.memory.trace.TurnTrace;
import dev.palate.retrieval.recommend.FusedRecommender;
import dev.palate.retrieval.recommend.PastModels;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Semaphore;
import java.util.function.Supplier;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// Runs a turn again from its trace, by the same code, and compares every step bit for bit.
///
/// Each step gets the inputs that the trace has: the message and the state of the conversation, the memories in the
/// revisions that were read, the history and the counts over all interactions up to the arrivals that were there, the
/// version of the collaborative model while its file is kept. The catalog, the texts and the search index are those of
/// now: nothing keeps their past. What a language model said and what gates decided is not run again, so turns at T0
/// and T1 are replayed whole, and others up to their words.
///
/// Writes nothing. Thread-safe; [#MOST] at a time. Costs as much as the turn, and a count over all interactions where
/// there were new ones since.
public final class TurnReplay {
    /// How many may run at a time; others are refused.
    public static final int MOST = 2;

    private static final int MOST_CHANGES = 20_000;
    private static final int PAGE = 1_000;

    private final Ports ports;
    private final ListReplay.Parts lists;
    private final Semaphore free = new Semaphore(MOST);

    /// What it reads.
    public record Ports(
            Catalog catalog,
            Conversations conversations,
            Memories memories,
            Slates slates,
            CatalogSnapshots snapshots,
            MessageReader reader,
            Changes changes,
            SecretDigests digests) {}

    /// @param recommender that lists are made by
    /// @param themes of the catalog as it is, for what like users and items told
    public TurnReplay(Ports ports, FusedRecommender recommender, PastModels models, Supplier<KnownThemes> themes) {
        this.ports = ports;
        this.lists = new ListReplay.Parts(ports.catalog(), recommender, models, themes);
    }

    /// Runs it again; absent while [#MOST] others are under way.
    public Optional<Replayed> replay(TurnTrace trace) {
        if (!free.tryAcquire()) {
            return Optional.empty();
        }
        try {
            return Optional.of(new Run(trace).replayed());
        } finally {
            free.release();
        }
    }

    /// One replay.
    private final class Run {
        private final TraceHead head;
        private final StepComparison steps;
        private final KeptRevisions revisions = new KeptRevisions(ports.memories());
        private final CatalogSnapshot catalog = ports.snapshots().current();

        Run(TurnTrace trace) {
            head = trace.head();
            steps = new StepComparison(trace);
        }

        Replayed replayed() {
            if (steps.redacted()) {
                return steps.replayed();
            }
            catalogSince();
            Optional<List<Memory>> recalled = recalled(StepForms.RECALL, Optional.empty());
            Optional<Understood> understood = understood();
            Optional<List<Memory>> again = recalled(StepForms.RECALL_AGAIN, recalled);
            if (understood.isPresent() && again.isPresent()) {
                answer(understood.get(), again.get());
            } else {
                steps.restGone();
            }
            return steps.replayed();
        }

        /// The memories of a recall, in the revisions that were read.
        private Optional<List<Memory>> recalled(String name, Optional<List<Memory>> otherwise) {
            Optional<TraceStep> step = steps.step(name);
            if (step.isEmpty()) {
                return otherwise;
            }
            JsonNode output = StepComparison.JSON.readTree(step.get().output());
            if (step.get().cut()) {
                steps.add(name, Outcome.GONE, List.of("it was too long to be kept"));
                return Optional.empty();
            }
            Optional<List<Memory>> memories = memories(name, output.path("memories"));
            memories.ifPresent(all -> steps.compare(
                    step.get(), StepForms.recalled(all, output.path("late").asBoolean(false))));
            return memories;
        }

        private Optional<List<Memory>> memories(String name, JsonNode refs) {
            List<String> gone = new ArrayList<>();
            List<Memory> all = new ArrayList<>();
            for (JsonNode ref : refs) {
                revisions.of(ref.asString()).ifPresentOrElse(all::add, () -> gone.add("memory " + ref.asString()));
            }
            if (!gone.isEmpty()) {
                steps.add(name, Outcome.GONE, gone.subList(0, Math.min(StepComparison.MOST_PLACES, gone.size())));
                return Optional.empty();
            }
            return Optional.of(all);
        }

        /// What the turn was taken to mean, as the trace has it: later steps are judged by what they were given.
        private record Understood(Understanding meaning, State state, int size) {}

        private Optional<Understood> understood() {
            Optional<TraceStep> step = steps.step(StepForms.UNDERSTAND);
            if (step.isEmpty()) {
                return Optional.empty();
            }
            JsonNode input = StepComparison.JSON.readTree(step.get().input());
            Optional<Message> message = ports.conversations().message(head.message());
            Optional<Conversation> talk = ports.conversations().conversation(head.conversation());
            if (message.isEmpty() || talk.isEmpty()) {
                steps.add(StepForms.UNDERSTAND, Outcome.GONE, List.of("the message is not kept any more"));
                return Optional.empty();
            }
            if (step.get().cut() || !input.has("state")) {
                steps.add(
                        StepForms.UNDERSTAND,
                        Outcome.GONE,
                        List.of("the state of the conversation was too long to keep"));
                return Optional.empty();
            }
            State state = StateText.read(input.path("state").toString());
            Reading reading = ports.reader().read(message.get().text(), catalog, TurnRun.shown(state, ports.catalog()));
            Understanding meaning = Understander.understand(
                    reading, state, TurnRun.lastYears(reading, state, ports.catalog()), catalog);
            boolean same = steps.compare(step.get(), StepForms.understood(meaning));
            Understanding then = same
                    ? meaning
                    : asItWas(reading, StepComparison.JSON.readTree(step.get().output()));
            steps.step(StepForms.REMEMBER).ifPresent(remember -> {
                if (same) {
                    compareProposed(remember, TurnRun.proposals(reading, talk.get(), message.get()));
                } else {
                    steps.add(StepForms.REMEMBER, Outcome.FOLLOWS, List.of("the message is read otherwise now"));
                }
            });
            return Optional.of(new Understood(then, state, input.path("size").asInt(5)));
        }

        private void compareProposed(TraceStep then, List<Proposal> proposals) {
            JsonNode before = StepComparison.JSON.readTree(then.output());
            boolean unkeyed = StepForms.unkeyed(before);
            ObjectNode now = StepForms.proposed(proposals, unkeyed ? StepForms::digest : ports.digests());
            if (then.cut() || unkeyed || StepForms.comparable(before, now)) {
                steps.compare(then, now);
            } else {
                steps.add(
                        then.name(),
                        Outcome.GONE,
                        List.of("what was proposed is kept as a digest under another key; no later step rests on it"));
            }
        }

        private static Understanding asItWas(Reading reading, JsonNode output) {
            return new Understanding(
                    Intent.valueOf(output.path("intent").asString("chat").toUpperCase(java.util.Locale.ROOT)),
                    reading,
                    StateText.wish(output.path("wish")),
                    output.path("begun").asBoolean(false),
                    output.path("others").asBoolean(false),
                    StepComparison.texts(output.path("named")).stream()
                            .map(ItemId::new)
                            .toList(),
                    StepComparison.texts(output.path("fond")),
                    StepComparison.texts(output.path("sought")),
                    StepComparison.texts(output.path("phrases")),
                    List.of(),
                    output.path("confidence").asDouble(0));
        }

        private void answer(Understood understood, List<Memory> memories) {
            Understanding meaning = understood.meaning;
            switch (meaning.intent()) {
                case RECOMMEND, REFINE ->
                    new ListReplay(lists, head, steps, revisions, catalog)
                            .run(new ListReplay.Wanted(meaning, understood.state, understood.size, memories));
                case MEMORY -> steps.words(Talk.known(memories));
                case CHAT ->
                    steps.words(Talk.chat(
                            meaning.reading(), catalog.lexicon().pack().speech(), catalog.newestYear() != null));
                case EXPLAIN -> explain(understood);
                case ABOUT ->
                    steps.words(Talk.about(TurnRun.asked(meaning.reading(), understood.state), ports.catalog()));
                case FORGET ->
                    steps.notRun(StepForms.WORDS, "what was forgotten is gone, and so are the words about it");
            }
        }

        private void explain(Understood understood) {
            SlateId shown = understood.state.slate();
            if (shown == null) {
                steps.words("I have not shown you a list yet.");
                return;
            }
            ports.slates()
                    .slate(shown)
                    .ifPresentOrElse(
                            slate -> steps.words(Talk.why(slate, understood.meaning.reading(), ports.catalog())),
                            () -> steps.add(StepForms.WORDS, Outcome.GONE, List.of("the list is not kept any more")));
        }

        /// What of the catalog is another since.
        private void catalogSince() {
            ChangeNumber from = steps.from();
            if (ports.changes().horizon().compareTo(from) > 0) {
                steps.changed("how the catalog changed since is not kept any more");
                return;
            }
            Set<String> items = new HashSet<>();
            ChangeNumber reached = from;
            for (int read = 0; read < MOST_CHANGES; read += PAGE) {
                List<Change> page = ports.changes().after(reached, PAGE);
                page.stream()
                        .filter(change -> change.type() == Change.Type.ITEM)
                        .forEach(change -> items.add(change.id()));
                if (page.size() < PAGE) {
                    break;
                }
                reached = page.getLast().number();
            }
            if (!items.isEmpty()) {
                steps.changed("items of the catalog that changed since: " + items.size());
            }
        }
    }
}
