package dev.palate.web.job;

import dev.palate.memory.erase.ErasurePlace;
import dev.palate.memory.user.UserId;
import dev.palate.retrieval.embedding.ModelRegistry;
import dev.palate.retrieval.embedding.ModelSnapshot;
import dev.palate.retrieval.factor.IdHash;
import java.util.Optional;

/// The table of users in the model in use, where one was chosen. It goes as a whole, for rows are shared or coded
/// together, and one that hashes cannot tell whom it was trained with: until the next training all users are folded
/// in from their histories. Other models are deleted by [TrainingFiles]. Thread-safe.
public final class UserVectorsErasure implements ErasurePlace {
    private final ModelRegistry registry;
    private final Trainer trainer;

    /// Of the models of a registry.
    ///
    /// @param trainer whose last model keeps its table when it was trained after the erasure
    public UserVectorsErasure(ModelRegistry registry, Trainer trainer) {
        this.registry = registry;
        this.trainer = trainer;
    }

    @Override
    public String name() {
        return "vectors of users in the model";
    }

    @Override
    public long erase(UserId user) {
        Optional<ModelSnapshot> holding = holding(user);
        return holding.isPresent()
                        && registry.replace(holding.get()
                                .with(holding.get()
                                        .embeddings()
                                        .orElseThrow()
                                        .withoutUsers(holding.get().items())))
                ? 1
                : 0;
    }

    @Override
    public long remaining(UserId user) {
        return holding(user).isPresent() ? 1 : 0;
    }

    private Optional<ModelSnapshot> holding(UserId user) {
        long owner = IdHash.of(user.value());
        return registry.active()
                .filter(model -> !trainer.clean(model.about().version()))
                .filter(model ->
                        model.embeddings().filter(ids -> ids.hasUser(owner)).isPresent());
    }

    @Override
    public boolean learnsFromInteractions() {
        return true;
    }
}
