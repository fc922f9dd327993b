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

    /// Of the models of a registry.
    public UserVectorsErasure(ModelRegistry registry) {
        this.registry = registry;
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
                .filter(model ->
                        model.embeddings().filter(ids -> ids.hasUser(owner)).isPresent());
    }

    @Override
    public boolean learnsFromInteractions() {
        return true;
    }
}
