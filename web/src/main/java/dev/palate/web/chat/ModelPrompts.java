package dev.palate.web.chat;

import dev.palate.agent.llm.Deadline;
import dev.palate.agent.llm.ForgottenPrompts;
import dev.palate.agent.llm.LanguageModel;
import dev.palate.memory.conversation.ConversationId;
import dev.palate.memory.erase.ErasedMemories;
import dev.palate.memory.erase.ErasurePlace;
import dev.palate.memory.user.UserId;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.function.BooleanSupplier;

/// What the language model's process keeps of prompts: its attention cache and copies of it. Nobody can say whose a
/// token is, so all of it goes. Asked after the turns, which send prompts. Thread-safe.
public final class ModelPrompts implements ErasurePlace {
    /// How long the process may take, with the call that is under way; then it is ended, which clears it too.
    static final Duration PATIENCE = Duration.ofSeconds(30);

    private final LanguageModel model;
    private final BooleanSupplier hosted;
    private final InstantSource clock;
    private volatile long left;

    /// With the model whose process is told.
    ///
    /// @param hosted whether any role has a hosted model, to which prompts go
    public ModelPrompts(LanguageModel model, BooleanSupplier hosted, InstantSource clock) {
        this.model = model;
        this.hosted = hosted;
        this.clock = clock;
    }

    @Override
    public String name() {
        return "prompt cache of the language model";
    }

    private long forget() {
        ForgottenPrompts forgotten = model.forget(Deadline.after(PATIENCE, clock));
        left = forgotten.left();
        return (long) forgotten.tokens() + forgotten.prefixes();
    }

    @Override
    public long erase(UserId user) {
        return forget();
    }

    /// What the process found when it looked again right after clearing: later it holds the prompts of others.
    @Override
    public long remaining(UserId user) {
        return left;
    }

    @Override
    public boolean holdsMemories() {
        return true;
    }

    @Override
    public long erase(ErasedMemories memories) {
        return forget();
    }

    @Override
    public long remaining(ErasedMemories memories) {
        return left;
    }

    @Override
    public boolean holdsConversations() {
        return true;
    }

    @Override
    public long erase(ConversationId conversation) {
        return forget();
    }

    @Override
    public long remaining(ConversationId conversation) {
        return left;
    }

    @Override
    public List<String> remarks() {
        String kept = "memory that the server and the language model's process have freed is not overwritten by this;"
                + " the system does so when it is used again";
        return hosted.getAsBoolean()
                ? List.of(
                        kept, "what was sent to a hosted model is with its provider, who keeps it by rules of his own")
                : List.of(kept);
    }
}
