package dev.palate.agent.turn;

import dev.palate.agent.collaborative.Facets;
import dev.palate.agent.domain.CatalogSnapshot;
import dev.palate.agent.ranking.LlmRanker;
import dev.palate.agent.turn.Replayed.Outcome;
import dev.palate.memory.catalog.Catalog;
import dev.palate.memory.memory.Memory;
import dev.palate.memory.theme.KnownThemes;
import dev.palate.memory.trace.TraceHead;
import dev.palate.memory.trace.TraceStep;
import dev.palate.retrieval.recommend.FusedRecommender;
import dev.palate.retrieval.recommend.PastModels;
import dev.palate.retrieval.recommend.RankedItem;
import dev.palate.retrieval.recommend.Workings;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/// The lists of a turn, made again and compared: one, and another where a model had named what the message asks for.
/// Compares the words about the last of them too. For one replay, on one thread.
final class ListReplay {
    private static final Duration SOURCES = Duration.ofSeconds(10);
    private static final String SCORED = "a language model scored the list; it is not asked again";

    private final Parts parts;
    private final TraceHead head;
    private final StepComparison steps;
    private final KeptRevisions revisions;
    private final CatalogSnapshot catalog;

    /// What lists are made by.
    ///
    /// @param catalog as it is
    /// @param themes of the catalog as it is, for what like users and items told
    record Parts(Catalog catalog, FusedRecommender recommender, PastModels models, Supplier<KnownThemes> themes) {}

    /// What the lists are of.
    ///
    /// @param meaning of the message, as the trace has it
    /// @param state of the conversation before it
    /// @param size how many items
    /// @param memories in the revisions that were read
    record Wanted(Understanding meaning, State state, int size, List<Memory> memories) {}

    /// Which steps of the trace are a list's.
    ///
    /// @param from of its requests, the first
    /// @param to of its requests, after the last
    /// @param shown of the lists shown
    private record Own(int from, int to, int shown) {}

    ListReplay(Parts parts, TraceHead head, StepComparison steps, KeptRevisions revisions, CatalogSnapshot catalog) {
        this.parts = parts;
        this.head = head;
        this.steps = steps;
        this.revisions = revisions;
        this.catalog = catalog;
    }

    /// Makes them again.
    void run(Wanted wanted) {
        int retrieved = steps.all(StepForms.RETRIEVE).size();
        if (retrieved == 0) {
            steps.notRun(StepForms.WORDS, "the turn ended before its list: " + head.finish());
            return;
        }
        try (var past = new PastRequests(parts.recommender(), parts.models(), steps, revisions)) {
            Facets facets = new FacetReplay(steps, parts.themes()).facets(wanted.memories);
            Optional<Understanding> revised = revised(wanted);
            int shown = steps.all(StepForms.SHOW).size();
            int first = shown > 1 ? steps.before(StepForms.SLOTS, StepForms.RETRIEVE) : retrieved;
            ListMaking.Made made = make(past, wanted, wanted.meaning, facets, new Own(0, first, 0));
            if (revised.isPresent() && past.gone().isEmpty()) {
                int second = steps.before(StepForms.SLOTS, StepForms.SHOW);
                made = make(past, wanted, revised.get(), facets, new Own(first, retrieved, second));
            }
            if (!past.gone().isEmpty()) {
                gone(past.gone());
            } else if (scoredDepth(Math.max(0, shown - 1)) > 0) {
                steps.notRun(StepForms.WORDS, SCORED);
            } else {
                words(made);
            }
        }
    }

    private void gone(List<String> why) {
        steps.add(StepForms.RETRIEVE, Outcome.GONE, why);
        steps.all(StepForms.RANK)
                .forEach(step -> steps.add(step.name(), Outcome.GONE, List.of("a step before it is gone")));
        steps.all(StepForms.SHOW)
                .forEach(step -> steps.add(step.name(), Outcome.GONE, List.of("a step before it is gone")));
        steps.notRun(StepForms.WORDS, "there is no list to speak of");
    }

    /// What the message was taken to mean after a model, which is not asked again, had named what it asks for; absent
    /// where none did, or where no list came of it.
    private Optional<Understanding> revised(Wanted wanted) {
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
                StepForms.slots(StepComparison.JSON.readTree(step.get().output())),
                wanted.meaning,
                wanted.memories,
                catalog);
        if (revised.isEmpty()) {
            steps.add(StepForms.SHOW, Outcome.DIFFERS, List.of("what the model named changes nothing now"));
        }
        return revised;
    }

    private ListMaking.Made make(PastRequests past, Wanted wanted, Understanding meaning, Facets facets, Own own) {
        past.from(own.from);
        var making = new ListMaking(past, parts.catalog(), InstantSource.fixed(head.at()), catalog, SOURCES, true);
        ListMaking.Made made = making.make(
                head.user(),
                meaning,
                wanted.memories,
                wanted.state,
                wanted.size,
                new Unasked(scoredDepth(own.shown)),
                facets);
        if (past.gone().isEmpty()) {
            compareRequests(making.asked(), own);
            compareShown(made, own.shown);
        }
        return made;
    }

    private void compareRequests(List<Retrieval.Asked> asked, Own own) {
        List<TraceStep> retrieved = steps.all(StepForms.RETRIEVE).subList(own.from, own.to);
        List<TraceStep> all = steps.all(StepForms.RANK);
        List<TraceStep> ranked = all.subList(Math.min(own.from, all.size()), Math.min(own.to, all.size()));
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

    private void compareShown(ListMaking.Made made, int at) {
        List<TraceStep> shown = steps.all(StepForms.SHOW);
        if (at >= shown.size()) {
            return;
        }
        if (scoredDepth(at) > 0) {
            steps.add(StepForms.SHOW, Outcome.NOT_RUN, List.of(SCORED));
        } else {
            steps.compare(shown.get(at), StepForms.shown(made));
        }
    }

    private void words(ListMaking.Made made) {
        steps.step(StepForms.WORDS).ifPresent(step -> {
            String level =
                    StepComparison.JSON.readTree(step.output()).path("level").asString("");
            if (!level.equals("T0") && !level.equals("T1")) {
                steps.notRun(StepForms.WORDS, "a language model found the words; it is not asked again");
            } else {
                steps.words(made.template());
            }
        });
    }

    /// How many items a model was to see of a list that was shown, 0 for none.
    private int scoredDepth(int at) {
        List<TraceStep> shown = steps.all(StepForms.SHOW);
        if (at >= shown.size()) {
            return 0;
        }
        TraceStep step = shown.get(at);
        // In both, so that a step that was too long for one of them still says it.
        return Math.max(scoredDepth(step.input()), scoredDepth(step.output()));
    }

    private static int scoredDepth(String json) {
        return StepComparison.JSON.readTree(json).path("scored_depth").asInt(0);
    }

    /// As many candidates as a model saw, which is not asked again.
    private record Unasked(int depth) implements ListMaking.Scoring {
        @Override
        public LlmRanker.Outcome rank(List<RankedItem> grounded) {
            return ListMaking.Scoring.NONE.rank(grounded);
        }
    }
}
