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
import dev.palate.memory.memory.MemoryId;
import dev.palate.memory.memory.Revision;
import dev.palate.memory.slate.SlateId;
import dev.palate.memory.slate.Slates;
import dev.palate.memory.theme.KnownThemes;
import dev.palate.memory.theme.ThemeId;
import dev.palate.memory.trace.SecretDigests;
import dev.palate.memory.trace.TraceHead;
import dev.palate.memory.trace.TraceStep;
import dev.palate.memory.trace.TurnTrace;
import dev.palate.retrieval.candidate.Freshness;
import dev.palate.retrieval.candidate.Sources;
import dev.palate.retrieval.recommend.FusedRecommender;
import dev.palate.retrieval.recommend.PastModels;
import dev.palate.retrieval.recommend.RankedItem;
import dev.palate.retrieval.recommend.RecommendationRequest;
import dev.palate.retrieval.recommend.Recommender;
import dev.palate.retrieval.recommend.Slate;
import dev.palate.retrieval.recommend.Workings;
import java.time.Duration;
import java.time.Instant;
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
import java.util.function.Consumer;
import java.util.function.Supplier;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;
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
    private static final int MOST_PLACES = 8;
    private static final int MOST_CHANGES = 20_000;
    private static final int PAGE = 1_000;
    private static final ObjectMapper JSON = new ObjectMapper();

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
        private final TurnTrace trace;
        private final TraceHead head;
        private final List<Replayed.Step> steps = new ArrayList<>();
        private final List<String> changed = new ArrayList<>();
        private final Map<String, Optional<Memory>> revisions = new HashMap<>();
        private final CatalogSnapshot catalog = ports.snapshots().current();

        Run(TurnTrace trace) {
            this.trace = trace;
            head = trace.head();
        }

        Replayed replayed() {
            if (trace.redacted() > 0) {
                trace.steps()
                        .forEach(step ->
                                add(step.name(), Outcome.GONE, List.of("memories that it worked with were erased")));
                return done();
            }
            catalogSince();
            Optional<List<Memory>> recalled = recalled(StepForms.RECALL, Optional.empty());
            Optional<Understood> understood = understood();
            Optional<List<Memory>> again = recalled(StepForms.RECALL_AGAIN, recalled);
            if (understood.isPresent() && again.isPresent()) {
                answer(understood.get(), again.get());
            } else {
                trace.steps().stream()
                        .filter(step ->
                                steps.stream().noneMatch(done -> done.name().equals(step.name())))
                        .forEach(step -> add(step.name(), Outcome.GONE, List.of("a step before it is gone")));
            }
            return done();
        }

        private Replayed done() {
            boolean same = !steps.isEmpty()
                    && steps.stream()
                            .allMatch(step -> step.outcome() == Outcome.SAME || step.outcome() == Outcome.NOT_RUN)
                    && steps.stream().anyMatch(step -> step.outcome() == Outcome.SAME);
            return new Replayed(head.turn(), same, steps, changed);
        }

        private void add(String name, Outcome outcome, List<String> why) {
            steps.add(new Replayed.Step(name, outcome, why));
        }

        private Optional<TraceStep> step(String name) {
            return trace.steps().stream().filter(one -> one.name().equals(name)).findFirst();
        }

        private List<TraceStep> all(String name) {
            return trace.steps().stream().filter(one -> one.name().equals(name)).toList();
        }

        /// Compares what a step gave with what it gives now.
        private boolean compare(TraceStep then, ObjectNode now) {
            if (then.cut()) {
                add(then.name(), Outcome.GONE, List.of("it was too long to be kept"));
                return false;
            }
            String found = now.toString();
            if (found.equals(then.output())) {
                add(then.name(), Outcome.SAME, List.of());
                return true;
            }
            List<String> places = new ArrayList<>();
            differ("", JSON.readTree(then.output()), JSON.readTree(found), places);
            boolean first = steps.stream()
                    .allMatch(step -> step.outcome() == Outcome.SAME || step.outcome() == Outcome.NOT_RUN);
            add(then.name(), first ? Outcome.DIFFERS : Outcome.FOLLOWS, places);
            return false;
        }

        /// The memories of a recall, in the revisions that were read.
        private Optional<List<Memory>> recalled(String name, Optional<List<Memory>> otherwise) {
            Optional<TraceStep> step = step(name);
            if (step.isEmpty()) {
                return otherwise;
            }
            JsonNode output = JSON.readTree(step.get().output());
            if (step.get().cut()) {
                add(name, Outcome.GONE, List.of("it was too long to be kept"));
                return Optional.empty();
            }
            Optional<List<Memory>> memories = memories(name, output.path("memories"));
            memories.ifPresent(all -> compare(
                    step.get(), StepForms.recalled(all, output.path("late").asBoolean(false))));
            return memories;
        }

        private Optional<List<Memory>> memories(String name, JsonNode refs) {
            List<String> gone = new ArrayList<>();
            List<Memory> all = new ArrayList<>();
            for (JsonNode ref : refs) {
                revision(ref.asString()).ifPresentOrElse(all::add, () -> gone.add("memory " + ref.asString()));
            }
            if (!gone.isEmpty()) {
                add(name, Outcome.GONE, gone.subList(0, Math.min(MOST_PLACES, gone.size())));
                return Optional.empty();
            }
            return Optional.of(all);
        }

        private Optional<Memory> revision(String ref) {
            return revisions.computeIfAbsent(ref, one -> {
                int at = one.lastIndexOf('@');
                MemoryId id = new MemoryId(one.substring(0, at));
                long revision = Long.parseLong(one.substring(at + 1));
                Optional<Memory> now = ports.memories().memory(id);
                if (now.isEmpty() || now.get().revision() == revision) {
                    return now;
                }
                return ports.memories().history(id).stream()
                        .map(Revision::state)
                        .filter(state -> state.revision() == revision)
                        .findFirst();
            });
        }

        /// What the turn was taken to mean, as the trace has it: later steps are judged by what they were given.
        private record Understood(Understanding meaning, State state, int size, Message message, Conversation talk) {}

        private Optional<Understood> understood() {
            Optional<TraceStep> step = step(StepForms.UNDERSTAND);
            if (step.isEmpty()) {
                return Optional.empty();
            }
            JsonNode input = JSON.readTree(step.get().input());
            Optional<Message> message = ports.conversations().message(head.message());
            Optional<Conversation> talk = ports.conversations().conversation(head.conversation());
            if (message.isEmpty() || talk.isEmpty()) {
                add(StepForms.UNDERSTAND, Outcome.GONE, List.of("the message is not kept any more"));
                return Optional.empty();
            }
            if (step.get().cut() || !input.has("state")) {
                add(StepForms.UNDERSTAND, Outcome.GONE, List.of("the state of the conversation was too long to keep"));
                return Optional.empty();
            }
            State state = StateText.read(input.path("state").toString());
            Reading reading = ports.reader().read(message.get().text(), catalog);
            Understanding meaning = Understander.understand(
                    reading, state, TurnRun.lastYears(reading, state, ports.catalog()), catalog);
            boolean same = compare(step.get(), StepForms.understood(meaning));
            Understanding then =
                    same ? meaning : asItWas(reading, JSON.readTree(step.get().output()));
            step(StepForms.REMEMBER).ifPresent(remember -> {
                if (same) {
                    compareProposed(remember, TurnRun.proposals(reading, talk.get(), message.get()));
                } else {
                    add(StepForms.REMEMBER, Outcome.FOLLOWS, List.of("the message is read otherwise now"));
                }
            });
            return Optional.of(new Understood(then, state, input.path("size").asInt(5), message.get(), talk.get()));
        }

        private void compareProposed(TraceStep then, List<Proposal> proposals) {
            ObjectNode now = StepForms.proposed(proposals, ports.digests());
            if (then.cut() || StepForms.comparable(JSON.readTree(then.output()), now)) {
                compare(then, now);
            } else {
                add(then.name(), Outcome.GONE, List.of("what was proposed is kept as a digest under another key"));
            }
        }

        private static Understanding asItWas(Reading reading, JsonNode output) {
            return new Understanding(
                    Intent.valueOf(output.path("intent").asString("chat").toUpperCase(java.util.Locale.ROOT)),
                    reading,
                    StateText.wish(output.path("wish")),
                    output.path("begun").asBoolean(false),
                    output.path("others").asBoolean(false),
                    texts(output.path("named")).stream().map(ItemId::new).toList(),
                    texts(output.path("fond")),
                    texts(output.path("sought")),
                    texts(output.path("phrases")),
                    output.path("confidence").asDouble(0));
        }

        private static List<String> texts(JsonNode array) {
            List<String> texts = new ArrayList<>();
            array.forEach(one -> texts.add(one.asString("")));
            return texts;
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
                            () -> add(StepForms.WORDS, Outcome.GONE, List.of("the list is not kept any more")));
        }

        private void words(String text) {
            step(StepForms.WORDS).ifPresent(step -> {
                if (finished()) {
                    compare(step, StepForms.spoken(text, "T0"));
                } else {
                    notRun("the turn ended before its words: " + head.finish());
                }
            });
        }

        private boolean finished() {
            return head.finish().equals("stop");
        }

        private void notRun(String why) {
            step(StepForms.WORDS).ifPresent(step -> add(step.name(), Outcome.NOT_RUN, List.of(why)));
        }

        private void list(Understood understood, List<Memory> memories) {
            List<TraceStep> retrieved = all(StepForms.RETRIEVE);
            if (retrieved.isEmpty()) {
                notRun("the turn ended before its list: " + head.finish());
                return;
            }
            var past = new PastRequests(retrieved, all(StepForms.RANK));
            try {
                var making =
                        new ListMaking(past, ports.catalog(), InstantSource.fixed(head.at()), catalog, SOURCES, true);
                ListMaking.Made made = making.make(
                        head.user(),
                        understood.meaning,
                        memories,
                        understood.state,
                        understood.size,
                        new Unasked(scoredDepth()),
                        facets(memories));
                if (!past.gone.isEmpty()) {
                    add(StepForms.RETRIEVE, Outcome.GONE, List.copyOf(past.gone));
                    all(StepForms.RANK)
                            .forEach(step -> add(step.name(), Outcome.GONE, List.of("a step before it is gone")));
                    step(StepForms.SHOW)
                            .ifPresent(step -> add(step.name(), Outcome.GONE, List.of("a step before it is gone")));
                    notRun("there is no list to speak of");
                    return;
                }
                compareLists(making.asked(), retrieved);
                if (scoredDepth() > 0) {
                    String why = "a language model scored the list; it is not asked again";
                    step(StepForms.SHOW).ifPresent(step -> add(step.name(), Outcome.NOT_RUN, List.of(why)));
                    notRun(why);
                } else {
                    step(StepForms.SHOW).ifPresent(step -> compare(step, StepForms.shown(made)));
                    modelWords(made);
                }
            } finally {
                past.close();
            }
        }

        /// What like users and items told: the rule chooses again among those who were looked at then, and the facets
        /// are counted again from what was read of the chosen. What a model found is not asked for again; no
        /// reason
        /// quotes it.
        private Facets facets(List<Memory> memories) {
            Optional<TraceStep> curate = step(StepForms.CURATE);
            Optional<TraceStep> synthesise = step(StepForms.SYNTHESISE);
            if (curate.isEmpty() || synthesise.isEmpty()) {
                return Facets.NONE;
            }
            if (curate.get().cut() || synthesise.get().cut()) {
                add(StepForms.CURATE, Outcome.GONE, List.of("it was too long to be kept"));
                add(StepForms.SYNTHESISE, Outcome.GONE, List.of("a step before it is gone"));
                return Facets.NONE;
            }
            JsonNode looked = JSON.readTree(curate.get().input());
            JsonNode own = JSON.readTree(synthesise.get().input()).path("own");
            Set<String> gone = new LinkedHashSet<>();
            Map<String, List<Neighbourhood.Share>> told = new HashMap<>();
            JSON.readTree(curate.get().output()).path("members").forEach(member -> {
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
                add(
                        StepForms.CURATE,
                        Outcome.GONE,
                        gone.stream().limit(MOST_PLACES).toList());
                add(StepForms.SYNTHESISE, Outcome.GONE, List.of("a step before it is gone"));
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
            compare(curate.get(), StepForms.curated(neighbourhood));
            List<Facet> counted = CountingSynthesis.facets(new SynthesisInput(memories, profile, neighbourhood));
            compare(synthesise.get(), StepForms.facets(counted));
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
            return step(StepForms.SHOW)
                    .map(step -> Math.max(scoredDepth(step.input()), scoredDepth(step.output())))
                    .orElse(0);
        }

        // In both, so that a step that was too long for one of them still says it.
        private static int scoredDepth(String json) {
            return JSON.readTree(json).path("scored_depth").asInt(0);
        }

        private void compareLists(List<Retrieval.Asked> asked, List<TraceStep> retrieved) {
            List<TraceStep> ranked = all(StepForms.RANK);
            for (int at = 0; at < retrieved.size(); at++) {
                TraceStep then = retrieved.get(at);
                if (at >= asked.size() || asked.get(at).workings().isEmpty()) {
                    add(then.name(), Outcome.DIFFERS, List.of("the recommender is not asked this any more"));
                    continue;
                }
                Workings now = asked.get(at).workings().get();
                compare(then, StepForms.gathered(now));
                if (at < ranked.size()) {
                    compare(ranked.get(at), StepForms.ranked(now));
                }
            }
            if (asked.size() > retrieved.size()) {
                add(StepForms.RETRIEVE, Outcome.DIFFERS, List.of("the recommender is asked more often now"));
            }
        }

        private void modelWords(ListMaking.Made made) {
            step(StepForms.WORDS).ifPresent(step -> {
                String level = JSON.readTree(step.output()).path("level").asString("");
                if (!level.equals("T0") && !level.equals("T1")) {
                    notRun("a language model found the words; it is not asked again");
                } else {
                    words(made.template());
                }
            });
        }

        /// What of the catalog is another since.
        private void catalogSince() {
            ChangeNumber from = new ChangeNumber(head.changeNumber());
            if (ports.changes().horizon().compareTo(from) > 0) {
                changed.add("how the catalog changed since is not kept any more");
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
                changed.add("items of the catalog that changed since: " + items.size());
            }
        }

        /// As many candidates as a model saw, which is not asked again.
        private record Unasked(int depth) implements ListMaking.Scoring {
            @Override
            public LlmRanker.Outcome rank(List<RankedItem> grounded) {
                return ListMaking.Scoring.NONE.rank(grounded);
            }
        }

        /// The recommender as it stood at each request of the trace, in order.
        private final class PastRequests implements Recommender, AutoCloseable {
            private final List<TraceStep> retrieved;
            private final List<TraceStep> ranked;
            private final List<FusedRecommender.PastRecommender> opened = new ArrayList<>();
            private final List<String> gone = new ArrayList<>();
            private int at;

            PastRequests(List<TraceStep> retrieved, List<TraceStep> ranked) {
                this.retrieved = retrieved;
                this.ranked = ranked;
            }

            @Override
            public Slate recommend(RecommendationRequest request) {
                return recommend(request, workings -> {});
            }

            @Override
            public Slate recommend(RecommendationRequest request, Consumer<Workings> told) {
                int number = at++;
                if (number >= retrieved.size()) {
                    return recommender.recommend(request, told);
                }
                TraceStep step = retrieved.get(number);
                JsonNode on = JSON.readTree(step.input()).path("stood_on");
                JsonNode output = JSON.readTree(step.output());
                if (step.cut() || on.isMissingNode()) {
                    gone.add(step.cut() ? "it was too long to be kept" : "the recommender had not answered in time");
                    return nothing();
                }
                List<Memory> memories = new ArrayList<>();
                for (JsonNode ref : on.path("memories")) {
                    revision(ref.asString()).ifPresentOrElse(memories::add, () -> gone.add("memory " + ref.asString()));
                }
                if (!gone.isEmpty()) {
                    return nothing();
                }
                var standing = new Workings.Standing(
                        Instant.parse(on.path("now").asString("")),
                        on.path("arrival").asLong(0),
                        new Freshness.Basis(
                                Instant.parse(on.path("counted").asString("")),
                                on.path("counted_arrival").asLong(0)),
                        memories);
                Set<String> without = Set.copyOf(texts(output.path("degraded")));
                if (!without.isEmpty()) {
                    changed.add("sources that were late or failed then, and are left out now: " + without);
                }
                String version = number < ranked.size()
                        ? JSON.readTree(ranked.get(number).output())
                                .path("model_version")
                                .asString("")
                        : "";
                return byModel(request, told, new Then(standing, without, version, output));
            }

            private record Then(Workings.Standing standing, Set<String> without, String version, JsonNode output) {}

            /// By the model in force where that was it; by the kept one, with what was folded in by then, where not.
            private Slate byModel(RecommendationRequest request, Consumer<Workings> told, Then then) {
                Ran now = run(request, then, Optional.empty());
                boolean sameModel = now.modelVersion().equals(then.version);
                if (sameModel && now.gave(then.output)) {
                    return now.told(told);
                }
                Optional<Sources> kept =
                        models.sources(then.version, then.standing.arrival(), new ChangeNumber(head.changeNumber()));
                if (kept.isPresent()) {
                    Ran before = run(request, then, kept);
                    if (!sameModel || before.gave(then.output)) {
                        now = before;
                    }
                } else if (!sameModel) {
                    changed.add("model " + then.version + " is not kept any more");
                    gone.add("model " + then.version);
                    return nothing();
                }
                return now.told(told);
            }

            private record Ran(Slate slate, Optional<Workings> workings) {
                String modelVersion() {
                    return workings.map(Workings::modelVersion).orElse("");
                }

                boolean gave(JsonNode output) {
                    return workings.map(StepForms::gathered)
                            .filter(found -> found.toString().equals(output.toString()))
                            .isPresent();
                }

                Slate told(Consumer<Workings> listener) {
                    workings.ifPresent(listener);
                    return slate;
                }
            }

            private Ran run(RecommendationRequest request, Then then, Optional<Sources> over) {
                FusedRecommender.PastRecommender past = recommender.asOf(then.standing, then.without, over);
                opened.add(past);
                List<Workings> workings = new ArrayList<>();
                Slate slate = past.recommender().recommend(request, workings::add);
                return new Ran(slate, workings.stream().findFirst());
            }

            private static Slate nothing() {
                return new Slate(List.of(), List.of(), "", 0, Map.of());
            }

            @Override
            public void close() {
                opened.forEach(FusedRecommender.PastRecommender::close);
            }
        }
    }

    /// The first places where two texts differ, as JSON pointers.
    private static void differ(String at, JsonNode then, JsonNode now, List<String> places) {
        if (places.size() >= MOST_PLACES || then.equals(now)) {
            return;
        }
        if (then.isObject() && now.isObject()) {
            Set<String> names = new LinkedHashSet<>(then.propertyNames());
            names.addAll(now.propertyNames());
            names.forEach(name -> differ(at + "/" + name, then.path(name), now.path(name), places));
        } else if (then.isArray() && now.isArray()) {
            for (int i = 0; i < Math.max(then.size(), now.size()); i++) {
                differ(at + "/" + named(then.path(i), i), then.path(i), now.path(i), places);
            }
        } else {
            places.add(at + ": " + brief(then) + " then, " + brief(now) + " now");
        }
    }

    /// A source or an item by its name, others by their place.
    private static String named(JsonNode node, int at) {
        String name = node.path("signal").asString(node.path("item").asString(""));
        return name.isEmpty() ? Integer.toString(at) : name;
    }

    private static String brief(JsonNode node) {
        String text = node.isMissingNode() ? "nothing" : node.toString();
        return text.length() <= 80 ? text : text.substring(0, 79) + "…";
    }
}
