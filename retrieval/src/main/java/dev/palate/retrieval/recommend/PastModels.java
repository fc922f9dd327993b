package dev.palate.retrieval.recommend;

import dev.palate.memory.change.Change;
import dev.palate.memory.change.ChangeNumber;
import dev.palate.memory.change.Changes;
import dev.palate.memory.erase.ErasurePlace;
import dev.palate.memory.interaction.Interactions;
import dev.palate.memory.user.UserId;
import dev.palate.retrieval.RetrievalException;
import dev.palate.retrieval.candidate.CollaborativeModel;
import dev.palate.retrieval.candidate.LiveModel;
import dev.palate.retrieval.candidate.Sources;
import dev.palate.retrieval.embedding.ModelRegistry;
import dev.palate.retrieval.embedding.ModelVersion;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// The sources over a model that is not in force any more, or with items folded in as they were at an earlier
/// change, as long as its file is kept. Holds the one asked for last. Thread-safe; making one reads the
/// model's file and the
/// interactions of whatever was folded in.
public final class PastModels implements ErasurePlace {
    private final ModelRegistry registry;
    private final Interactions interactions;
    private final Changes changes;
    private final Function<CollaborativeModel, Sources> over;
    private @Nullable Made last;

    private record Made(
            String version, long arrival, long change, ActiveModel trained, LiveModel live, Sources sources) {
        long remaining(UserId user) {
            return live.remaining(user) + (trained.hasUser(user) ? 1 : 0);
        }
    }

    /// @param over makes the sources of a model
    public PastModels(
            ModelRegistry registry,
            Interactions interactions,
            Changes changes,
            Function<CollaborativeModel, Sources> over) {
        this.registry = registry;
        this.interactions = interactions;
        this.changes = changes;
        this.over = over;
    }

    /// The sources over the version; empty when its file is gone.
    ///
    /// @param arrival the newest interaction that they may know
    /// @param change the newest change that they may know
    public synchronized Optional<Sources> sources(String version, long arrival, ChangeNumber change) {
        Made known = last;
        if (known != null
                && known.version.equals(version)
                && known.arrival == arrival
                && known.change == change.value()) {
            return Optional.of(known.sources);
        }
        if (version.isEmpty()) {
            return Optional.of(over.apply(CollaborativeModel.NONE));
        }
        Optional<ModelVersion> kept = registry.versions().stream()
                .filter(one -> one.value().equals(version))
                .findAny();
        if (kept.isEmpty()) {
            return Optional.empty();
        }
        try {
            ActiveModel trained = new ActiveModel(registry, kept.get());
            LiveModel live =
                    new LiveModel(trained, trained::learnt, interactions.asOf(arrival), new Until(changes, change));
            Sources made = over.apply(live);
            last = new Made(version, arrival, change.value(), trained, live, made);
            return Optional.of(made);
        } catch (RetrievalException gone) {
            return Optional.empty();
        }
    }

    @Override
    public String name() {
        return "models of replays";
    }

    /// Lets the one that is kept go when the user is in it: the next replay makes another.
    @Override
    public synchronized long erase(UserId user) {
        Made known = last;
        long had = known == null ? 0 : known.remaining(user);
        if (known != null && had > 0) {
            known.live.close();
            last = null;
        }
        return had;
    }

    @Override
    public synchronized long remaining(UserId user) {
        Made known = last;
        return known == null ? 0 : known.remaining(user);
    }

    /// The feed as it was when a change was the newest.
    private record Until(Changes all, ChangeNumber until) implements Changes {
        @Override
        public String databaseId() {
            return all.databaseId();
        }

        @Override
        public long epoch() {
            return all.epoch();
        }

        @Override
        public ChangeNumber latest() {
            ChangeNumber newest = all.latest();
            return newest.compareTo(until) < 0 ? newest : until;
        }

        @Override
        public ChangeNumber horizon() {
            return all.horizon();
        }

        @Override
        public List<Change> after(ChangeNumber number, int limit) {
            return all.after(number, limit).stream()
                    .filter(change -> change.number().compareTo(until) <= 0)
                    .toList();
        }

        @Override
        public boolean await(ChangeNumber number, Duration atMost) {
            return latest().compareTo(number) > 0;
        }
    }
}
