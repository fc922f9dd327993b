package dev.palate.agent.evaluation;

import dev.palate.agent.turn.DialogueReplay;
import dev.palate.agent.turn.DialogueReplay.Move;
import java.util.List;
import java.util.Map;

/// A way to make the lists of a conversation with a simulated user.
public interface ConversationArm {
    /// As it stands in tables; of arms that stand side by side no two are the same.
    String label();

    /// The list after what was said and shown.
    ///
    /// @param moves oldest first
    /// @param size 1 to 50
    DialogueReplay.Heard list(ChatSimulation.Sought one, List<Move> moves, int size);

    /// What else is to be said of it in a report; may be empty.
    default Map<String, Object> account() {
        return Map.of();
    }
}
