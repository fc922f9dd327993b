package dev.palate.agent.turn;

import dev.palate.agent.collaborative.CountingSynthesis;
import dev.palate.agent.collaborative.Curated;
import dev.palate.agent.collaborative.Facet;
import dev.palate.agent.collaborative.Facets;
import dev.palate.agent.collaborative.Neighbourhood;
import dev.palate.agent.collaborative.SynthesisInput;
import dev.palate.agent.domain.CatalogSnapshot;
import dev.palate.agent.domain.CatalogSnapshots;
import dev.palate.agent.domain.DomainRule;
import dev.palate.agent.domain.MessageReader;
import dev.palate.agent.domain.Reading;
import dev.palate.agent.ranking.LlmRanker;
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
import dev.palate.memory.theme.ThemeId;
import dev.palate.memory.trace.SecretDigests;
import dev.palate.memory.trace.TraceHead;
import dev.palate.memory.trace.TraceStep;
import dev.palate.memory.trace.TurnTrace;
import dev.palate.retrieval.recommend.FusedRecommender;
import dev.palate.retrieval.recommend.PastModels;
import dev.palate.retrieval.recommend.RankedItem;
import dev.palate.retrieval.recommend.Workings;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Semaphore;
import java.util.function.BiConsumer;
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

    private static final Duration SOURCES = Duration.ofSeconds(10);
    private static final int MOST_CHANGES = 20_000;
    private static final int PAGE = 1_000;

    private final Ports ports;
    private final FusedRecommender recommender;
    private final PastModels models;
    private final Supplier<KnownThemes> themes;
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
        this.themes = themes;
        this.ports = ports;
        this.recommender = recommender;
        this.models = models;
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
        private record Understood(Understanding meaning, State state, int size, Message message, Conversation talk) {}

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
            Reading reading = ports.reader().read(message.get().text(), catalog);
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
            return Optional.of(new Understood(then, state, input.path("size").asInt(5), message.get(), talk.get()));
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
                case RECOMMEND, REFINE -> list(understood, memories);
                case MEMORY -> words(Talk.known(memories));
                case CHAT ->
                    words(Talk.chat(
                            meaning.reading(), catalog.lexicon().pack().speech(), catalog.newestYear() != null));
                case EXPLAIN -> explain(understood);
                case FORGET -> notRun("what was forgotten is gone, and so are the words about it");
            }
        }

        private void explain(Understood understood) {
            SlateId shown = understood.state.slate();
            if (shown == null) {
                words("I have not shown you a list yet.");
                return;
            }
            ports.slates()
                    .slate(shown)
                    .ifPresentOrElse(
                            slate -> words(Talk.why(slate, understood.meaning.reading(), ports.catalog())),
                            () -> steps.add(StepForms.WORDS, Outcome.GONE, List.of("the list is not kept any more")));
        }

        private void words(String text) {
            steps.step(StepForms.WORDS).ifPresent(step -> {
                if (finished()) {
                    steps.compare(step, StepForms.spoken(text, "T0"));
                } else {
                    notRun("the turn ended before its words: " + head.finish());
                }
            });
        }

        private boolean finished() {
            return head.finish().equals("stop");
        }

        private void notRun(String why) {
            steps.step(StepForms.WORDS).ifPresent(step -> steps.add(step.name(), Outcome.NOT_RUN, List.of(why)));
        }

        private void list(Understood understood, List<Memory> memories) {
            List<TraceStep> retrieved = steps.all(StepForms.RETRIEVE);
            if (retrieved.isEmpty()) {
                notRun("the turn ended before its list: " + head.finish());
                return;
            }
            var past = new PastRequests(recommender, models, steps, revisions);
            try {
                Facets facets = facets(memories);
                Optional<Understanding> revised = revised(understood.meaning, memories);
                boolean two = steps.all(StepForms.SHOW).size() > 1;
                int first = two ? steps.before(StepForms.SLOTS, StepForms.RETRIEVE) : retrieved.size();
                ListMaking.Made made =
                        make(past, understood, understood.meaning, memories, facets, new Lists(0, first, 0));
                if (revised.isPresent() && past.gone().isEmpty()) {
                    made = make(
                            past,
                            understood,
                            revised.get(),
                            memories,
                            facets,
                            new Lists(first, retrieved.size(), steps.before(StepForms.SLOTS, StepForms.SHOW)));
                }
                if (!past.gone().isEmpty()) {
                    gone(past.gone());
                } else if (scoredDepth() > 0) {
                    notRun("a language model scored the list; it is not asked again");
                } else {
                    modelWords(made);
                }
            } finally {
                past.close();
            }
        }

        private void gone(List<String> why) {
            steps.add(StepForms.RETRIEVE, Outcome.GONE, why);
            steps.all(StepForms.RANK)
                    .forEach(step -> steps.add(step.name(), Outcome.GONE, List.of("a step before it is gone")));
            steps.all(StepForms.SHOW)
                    .forEach(step -> steps.add(step.name(), Outcome.GONE, List.of("a step before it is gone")));
            notRun("there is no list to speak of");
        }

        /// What the message was taken to mean after a model, which is not asked again, had named what it asks for;
        /// absent where none did, or where no list came of it.
        private Optional<Understanding> revised(Understanding meaning, List<Memory> memories) {
            Optional<TraceStep> step = steps.step(StepForms.SLOTS);
            if (step.isEmpty()) {
                return Optional.empty();
            }
            steps.add(
                    StepForms.SLOTS,
                    step.get().cut() ? Outcome.GONE : Outcome.NOT_RUN,
                    List.of("a language model was asked what is meant; it is not asked again"));
            if (step.get().cut() || steps.all(StepForms.SHOW).size() < 2) {
                return Optional.empty();
            }
            Optional<Understanding> revised = SlotFilling.with(
                    StepForms.slots(StepComparison.JSON.readTree(step.get().output())), meaning, memories, catalog);
            if (revised.isEmpty()) {
                steps.add(StepForms.SHOW, Outcome.DIFFERS, List.of("what the model named changes nothing now"));
            }
            return revised;
        }

        /// Which steps of the trace are a list's.
        ///
        /// @param from of its requests, the first
        /// @param to of its requests, after the last
        /// @param shown of the lists shown
        private record Lists(int from, int to, int shown) {}

        private ListMaking.Made make(
                PastRequests past,
                Understood understood,
                Understanding meaning,
                List<Memory> memories,
                Facets facets,
                Lists of) {
            past.from(of.from);
            var making = new ListMaking(past, ports.catalog(), InstantSource.fixed(head.at()), catalog, SOURCES, true);
            ListMaking.Made made = making.make(
                    head.user(),
                    meaning,
                    memories,
                    understood.state,
                    understood.size,
                    new Unasked(scoredDepth()),
                    facets);
            if (past.gone().isEmpty()) {
                compareLists(making.asked(), of.from, of.to);
                compareShown(made, of.shown);
            }
            return made;
        }

        private void compareShown(ListMaking.Made made, int at) {
            List<TraceStep> shown = steps.all(StepForms.SHOW);
            if (at >= shown.size()) {
                return;
            }
            if (scoredDepth() > 0) {
                String why = "a language model scored the list; it is not asked again";
                steps.add(StepForms.SHOW, Outcome.NOT_RUN, List.of(why));
            } else {
                steps.compare(shown.get(at), StepForms.shown(made));
            }
        }

        /// What like users and items told: the rule chooses again among those who were looked at then, and the facets
        /// are counted again from what was read of the chosen. What a model found is not asked for again; no
        /// reason quotes it.
        private Facets facets(List<Memory> memories) {
            Optional<TraceStep> curate = steps.step(StepForms.CURATE);
            Optional<TraceStep> synthesise = steps.step(StepForms.SYNTHESISE);
            if (curate.isEmpty() || synthesise.isEmpty()) {
                return Facets.NONE;
            }
            if (curate.get().cut() || synthesise.get().cut()) {
                steps.add(StepForms.CURATE, Outcome.GONE, List.of("it was too long to be kept"));
                steps.add(StepForms.SYNTHESISE, Outcome.GONE, List.of("a step before it is gone"));
                return Facets.NONE;
            }
            JsonNode looked = StepComparison.JSON.readTree(curate.get().input());
            JsonNode own =
                    StepComparison.JSON.readTree(synthesise.get().input()).path("own");
            Set<String> gone = new LinkedHashSet<>();
            Map<String, List<Neighbourhood.Share>> told = new HashMap<>();
            StepComparison.JSON.readTree(curate.get().output()).path("members").forEach(member -> {
                List<Neighbourhood.Share> shares = new ArrayList<>();
                theme(
                        member.path("themes"),
                        gone,
                        (theme, weight) -> shares.add(new Neighbourhood.Share(theme, weight)));
                told.put(member.path("handle").asString(""), shares);
            });
            Map<ThemeId, Double> profile = new LinkedHashMap<>();
            theme(own, gone, profile::put);
            if (!gone.isEmpty()) {
                steps.add(
                        StepForms.CURATE,
                        Outcome.GONE,
                        gone.stream().limit(StepComparison.MOST_PLACES).toList());
                steps.add(StepForms.SYNTHESISE, Outcome.GONE, List.of("a step before it is gone"));
                return Facets.NONE;
            }
            DomainRule rule = DomainRule.read(looked.path("rule"));
            List<Neighbourhood.Member> members = new ArrayList<>();
            for (Curated.Chosen chosen : Curated.chosen(rule, StepForms.likenesses(looked))) {
                List<Neighbourhood.Share> shares = told.get(chosen.handle());
                if (shares != null) {
                    members.add(new Neighbourhood.Member(chosen.handle(), chosen.score(), shares));
                }
            }
            Neighbourhood neighbourhood = new Neighbourhood(rule.version(), members);
            steps.compare(curate.get(), StepForms.curated(neighbourhood));
            List<Facet> counted = CountingSynthesis.facets(new SynthesisInput(memories, profile, neighbourhood));
            steps.compare(synthesise.get(), StepForms.facets(counted));
            return new Facets(counted, List.of());
        }

        private void theme(JsonNode weights, Set<String> gone, BiConsumer<ThemeId, Double> add) {
            for (Map.Entry<String, JsonNode> weight : weights.properties()) {
                themes.get()
                        .vocabulary()
                        .theme(weight.getKey())
                        .ifPresentOrElse(
                                theme -> add.accept(theme, weight.getValue().asDouble(0)),
                                () -> gone.add("theme " + weight.getKey()));
            }
        }

        private int scoredDepth() {
            return steps.step(StepForms.SHOW)
                    .map(step -> Math.max(scoredDepth(step.input()), scoredDepth(step.output())))
                    .orElse(0);
        }

        // In both, so that a step that was too long for one of them still says it.
        private static int scoredDepth(String json) {
            return StepComparison.JSON.readTree(json).path("scored_depth").asInt(0);
        }

        /// @param from the first of the trace's requests that are this list's
        /// @param to after the last
        private void compareLists(List<Retrieval.Asked> asked, int from, int to) {
            List<TraceStep> retrieved = steps.all(StepForms.RETRIEVE).subList(from, to);
            List<TraceStep> all = steps.all(StepForms.RANK);
            List<TraceStep> ranked = all.subList(Math.min(from, all.size()), Math.min(to, all.size()));
            for (int at = 0; at < retrieved.size(); at++) {
                TraceStep then = retrieved.get(at);
                if (at >= asked.size() || asked.get(at).workings().isEmpty()) {
                    steps.add(then.name(), Outcome.DIFFERS, List.of("the recommender is not asked this any more"));
                    continue;
                }
                Workings now = asked.get(at).workings().get();
                steps.compare(then, StepForms.gathered(now));
                if (at < ranked.size()) {
                    steps.compare(ranked.get(at), StepForms.ranked(now));
                }
            }
            if (asked.size() > retrieved.size()) {
                steps.add(StepForms.RETRIEVE, Outcome.DIFFERS, List.of("the recommender is asked more often now"));
            }
        }

        private void modelWords(ListMaking.Made made) {
            steps.step(StepForms.WORDS).ifPresent(step -> {
                String level = StepComparison.JSON
                        .readTree(step.output())
                        .path("level")
                        .asString("");
                if (!level.equals("T0") && !level.equals("T1")) {
                    notRun("a language model found the words; it is not asked again");
                } else {
                    words(made.template());
                }
            });
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

        /// As many candidates as a model saw, which is not asked again.
        private record Unasked(int depth) implements ListMaking.Scoring {
            @Override
            public LlmRanker.Outcome rank(List<RankedItem> grounded) {
                return ListMaking.Scoring.NONE.rank(grounded);
            }
        }
    }
}
