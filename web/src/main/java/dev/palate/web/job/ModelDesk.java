package dev.palate.web.job;

import dev.palate.retrieval.embedding.Activation;
import dev.palate.retrieval.embedding.ModelRegistry;
import dev.palate.retrieval.embedding.ModelSnapshot;
import dev.palate.retrieval.embedding.ModelVersion;
import dev.palate.web.problem.Input;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// What operators see of the collaborative model and do to it, the same from the API, the pages and the commands.
/// Thread-safe.
public final class ModelDesk {
    private static final int TRAININGS_SHOWN = 10;

    private final ModelRegistry registry;
    private final Trainer trainer;
    private final TrainingSchedule schedule;
    private final InstantSource clock;

    /// With what it shows and changes.
    public ModelDesk(ModelRegistry registry, Trainer trainer, TrainingSchedule schedule, InstantSource clock) {
        this.registry = registry;
        this.trainer = trainer;
        this.schedule = schedule;
        this.clock = clock;
    }

    /// All there is to see; reads the head of each model file.
    public ModelViews.Listing listing() {
        Optional<ModelSnapshot> active = registry.active();
        List<Activation> activations = registry.activations();
        return new ModelViews.Listing(
                active.map(snapshot -> ModelViews.ActiveView.of(snapshot, activations))
                        .orElse(null),
                registry.heads().stream()
                        .map(head -> ModelViews.VersionView.of(head, active))
                        .toList(),
                registry.rollBackTarget().map(ModelVersion::value).orElse(null),
                activations,
                trainer.newest(TRAININGS_SHOWN).stream()
                        .map(ModelViews.TrainingView::of)
                        .toList(),
                schedule.outlook());
    }

    /// Serves a version.
    ///
    /// @param reason wanted for one that the quality gate refused; recorded
    /// @throws dev.palate.retrieval.RetrievalException as [ModelRegistry#activate(ModelVersion, Activation.Order)]
    public ModelViews.ActiveView activate(String version, String actor, @Nullable String reason) {
        ModelVersion named = Input.parameter("version", () -> new ModelVersion(version));
        ModelSnapshot served = registry.activate(named, order(actor, reason));
        return ModelViews.ActiveView.of(served, registry.activations());
    }

    /// Serves the version before again.
    ///
    /// @throws dev.palate.retrieval.RetrievalException as [ModelRegistry#rollBack]
    public ModelViews.ActiveView rollBack(String actor, @Nullable String reason) {
        ModelSnapshot served = registry.rollBack(order(actor, reason));
        return ModelViews.ActiveView.of(served, registry.activations());
    }

    private Activation.Order order(String actor, @Nullable String reason) {
        return Input.parameter(
                "reason", () -> new Activation.Order(actor, clock.instant(), reason == null ? "" : reason));
    }
}
