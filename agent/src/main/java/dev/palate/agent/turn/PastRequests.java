package dev.palate.agent.turn;

import dev.palate.memory.memory.Memory;
import dev.palate.memory.trace.TraceStep;
import dev.palate.retrieval.candidate.Freshness;
import dev.palate.retrieval.candidate.Sources;
import dev.palate.retrieval.recommend.FusedRecommender;
import dev.palate.retrieval.recommend.PastModels;
import dev.palate.retrieval.recommend.RecommendationRequest;
import dev.palate.retrieval.recommend.Recommender;
import dev.palate.retrieval.recommend.Slate;
import dev.palate.retrieval.recommend.Workings;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import tools.jackson.databind.JsonNode;

/// The recommender as it stood at each request of a trace, in order. For one thread.
final class PastRequests implements Recommender, AutoCloseable {
    private final FusedRecommender recommender;
    private final PastModels models;
    private final StepComparison steps;
    private final KeptRevisions revisions;
    private final List<TraceStep> retrieved;
    private final List<TraceStep> ranked;
    private final List<FusedRecommender.PastRecommender> opened = new ArrayList<>();
    private final List<String> gone = new ArrayList<>();
    private int at;

    /// With what lists are made by, and the steps that tell how each was asked for.
    PastRequests(FusedRecommender recommender, PastModels models, StepComparison steps, KeptRevisions revisions) {
        this.recommender = recommender;
        this.models = models;
        this.steps = steps;
        this.revisions = revisions;
        this.retrieved = steps.all(StepForms.RETRIEVE);
        this.ranked = steps.all(StepForms.RANK);
    }

    /// What a request wanted and is not kept any more.
    List<String> gone() {
        return List.copyOf(gone);
    }

    /// The next request stands on this one of the trace, however many were made before.
    void from(int number) {
        at = number;
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
        JsonNode on = StepComparison.JSON.readTree(step.input()).path("stood_on");
        JsonNode output = StepComparison.JSON.readTree(step.output());
        if (step.cut() || on.isMissingNode()) {
            gone.add(step.cut() ? "it was too long to be kept" : "the recommender had not answered in time");
            return nothing();
        }
        List<Memory> memories = new ArrayList<>();
        for (JsonNode ref : on.path("memories")) {
            revisions.of(ref.asString()).ifPresentOrElse(memories::add, () -> gone.add("memory " + ref.asString()));
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
        Set<String> without = Set.copyOf(StepComparison.texts(output.path("degraded")));
        if (!without.isEmpty()) {
            steps.changed("sources that were late or failed then, and are left out now: " + without);
        }
        String version = number < ranked.size()
                ? StepComparison.JSON
                        .readTree(ranked.get(number).output())
                        .path("model_version")
                        .asString("")
                : "";
        return byModel(request, told, new Then(standing, without, version, output));
    }

    private record Then(Workings.Standing standing, Set<String> without, String version, JsonNode output) {}

    /// By the model in force where that was it; by the kept one, with what was folded in by then, where
    /// not.
    private Slate byModel(RecommendationRequest request, Consumer<Workings> told, Then then) {
        Ran now = run(request, then, Optional.empty());
        boolean sameModel = now.modelVersion().equals(then.version);
        if (sameModel && now.gave(then.output)) {
            return now.told(told);
        }
        Optional<Sources> kept = models.sources(then.version, then.standing.arrival(), steps.from());
        if (kept.isPresent()) {
            Ran before = run(request, then, kept);
            if (!sameModel || before.gave(then.output)) {
                now = before;
            }
        } else if (!sameModel) {
            steps.changed("model " + then.version + " is not kept any more");
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
