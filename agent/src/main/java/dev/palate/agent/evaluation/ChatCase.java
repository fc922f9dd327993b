package dev.palate.agent.evaluation;

import dev.palate.memory.catalog.ItemId;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/// One place of a dialogue between two people at which one of them suggested films.
///
/// @param id of the case
/// @param source the collection it is from
/// @param dialogue names the dialogue; cases of one dialogue are in one half
/// @param turns what was said before, oldest first
/// @param mentioned items that were named before, as people annotated them; only the plain arms may look at them
/// @param targets the items suggested next, at least one
public record ChatCase(
        String id, String source, String dialogue, List<Spoken> turns, Set<ItemId> mentioned, Set<ItemId> targets) {
    /// Who speaks.
    public enum Speaker {
        /// Who looks for something.
        SEEKER,
        /// Who suggests.
        RECOMMENDER
    }

    /// One turn.
    public record Spoken(Speaker speaker, String text) {}

    /// Which cases are used.
    public enum Half {
        /// The ones that lexicon and weights may be tuned on.
        FIRST,
        /// The ones that are scored once, at the end.
        SECOND,
        /// Both.
        ALL;

        /// True when the case is in it.
        public boolean holds(ChatCase chat) {
            return switch (this) {
                case FIRST -> chat.inFirstHalf();
                case SECOND -> !chat.inFirstHalf();
                case ALL -> true;
            };
        }
    }

    public ChatCase {
        turns = List.copyOf(turns);
        mentioned = Set.copyOf(mentioned);
        targets = Set.copyOf(targets);
    }

    /// True when the first byte of the SHA-256 of the dialogue's name (UTF-8) is below 128.
    public boolean inFirstHalf() {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(dialogue.getBytes(StandardCharsets.UTF_8));
            return hash[0] >= 0;
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    /// All turns, a line each.
    public String text() {
        return turns.stream().map(Spoken::text).collect(Collectors.joining("\n"));
    }
}
