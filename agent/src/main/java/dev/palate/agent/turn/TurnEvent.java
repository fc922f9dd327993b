package dev.palate.agent.turn;

import dev.palate.memory.conversation.MessageId;
import dev.palate.memory.conversation.TurnId;
import dev.palate.memory.memory.MemoryId;
import dev.palate.memory.slate.SlateId;
import dev.palate.retrieval.recommend.RankedItem;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/// What happens in a turn, in order: created, recalled, understood, recommendations, words, memories, completed.
///
/// Items always come before words. A [Completed] or a [Failed] is the last event.
public sealed interface TurnEvent {
    /// The name on the wire, such as `message.delta`.
    String name();

    /// The turn has begun.
    record Created(TurnId turn, MessageId message, String level) implements TurnEvent {
        @Override
        public String name() {
            return "turn.created";
        }
    }

    /// The memories that this turn works with.
    record Recalled(List<MemoryId> memories, long millis) implements TurnEvent {
        @Override
        public String name() {
            return "memory.recalled";
        }
    }

    /// What the message was taken to mean.
    ///
    /// @param intent `recommend`, `refine`, `explain`, `memory`, `forget`, `chat`
    /// @param constraints each as a short phrase, such as `no Horror` or `before 2000`
    /// @param unknown wishes that the catalog knows nothing of, in the user's words
    record Understood(String intent, List<String> constraints, List<String> unknown, double confidence)
            implements TurnEvent {
        @Override
        public String name() {
            return "intent.parsed";
        }
    }

    /// The slate; a later one of a higher revision replaces it.
    ///
    /// @param reasons one sentence an item, in the order of the items
    record Recommended(SlateId slate, int revision, List<RankedItem> items, List<String> reasons, List<String> degraded)
            implements TurnEvent {
        @Override
        public String name() {
            return "recommendations";
        }

        private Recommended stripped(Set<MemoryId> forgotten) {
            List<RankedItem> kept = new ArrayList<>();
            List<String> said = new ArrayList<>(reasons);
            for (int i = 0; i < items.size(); i++) {
                RankedItem item = items.get(i);
                if (item.memories().stream().anyMatch(forgotten::contains)) {
                    kept.add(new RankedItem(
                            item.item(),
                            item.rank(),
                            item.score(),
                            item.parts(),
                            List.of(),
                            item.memories().stream()
                                    .filter(id -> !forgotten.contains(id))
                                    .toList()));
                    if (i < said.size()) {
                        said.set(i, "");
                    }
                } else {
                    kept.add(item);
                }
            }
            return new Recommended(slate, revision, List.copyOf(kept), List.copyOf(said), degraded);
        }
    }

    /// More of the answer's words.
    record Delta(String text) implements TurnEvent {
        @Override
        public String name() {
            return "message.delta";
        }
    }

    /// The whole answer as stored; it replaces what the deltas said.
    ///
    /// @param level the model level that found the words
    record Spoken(MessageId message, String text, String level) implements TurnEvent {
        @Override
        public String name() {
            return "message.completed";
        }
    }

    /// A memory was written, changed, refused, or could not be written.
    ///
    /// @param outcome `ADD`, `MERGE`, `SUPERSEDE`, `QUARANTINE`, `FORGET`, `REJECT`, or `FAIL` when the store could
    ///     not do it: what was said is then not remembered, or not yet known to be
    /// @param id of the memory, empty when refused or failed, and when everything was forgotten
    /// @param text of the memory
    /// @param reason a reason code, empty when written; of a `FAIL` what happened: `busy`, `deadline`, `storage`,
    ///     `not_found` when the user is gone, `late` when it may still be done
    record Remembered(String outcome, String id, String text, String reason) implements TurnEvent {
        /// The outcome when the store could not do it.
        public static final String FAILED = "FAIL";

        @Override
        public String name() {
            return switch (outcome) {
                case "REJECT" -> "memory.proposed";
                case FAILED -> "memory.failed";
                default -> "memory.written";
            };
        }
    }

    /// What the turn cost.
    record Usage(int promptTokens, int completionTokens, int calls) implements TurnEvent {
        @Override
        public String name() {
            return "usage";
        }
    }

    /// The turn could not be done.
    record Failed(String code, String detail) implements TurnEvent {
        @Override
        public String name() {
            return "error";
        }
    }

    /// The turn is over.
    ///
    /// @param finish `stop`, `cancelled`, `deadline`
    /// @param level the lowest model level that served it
    record Completed(String finish, String level, long millis) implements TurnEvent {
        @Override
        public String name() {
            return "turn.completed";
        }
    }

    /// The memories it tells of.
    default Set<MemoryId> toldOf() {
        return switch (this) {
            case Recalled recalled -> Set.copyOf(recalled.memories);
            case Remembered remembered -> remembered.id.isEmpty() ? Set.of() : Set.of(new MemoryId(remembered.id));
            case Recommended recommended ->
                recommended.items.stream()
                        .flatMap(item -> item.memories().stream())
                        .collect(Collectors.toUnmodifiableSet());
            case Created _, Understood _, Delta _, Spoken _, Usage _, Failed _, Completed _ -> Set.of();
        };
    }

    /// The event without what it tells of these memories.
    default TurnEvent without(Set<MemoryId> forgotten) {
        return switch (this) {
            case Recalled recalled ->
                new Recalled(
                        recalled.memories.stream()
                                .filter(id -> !forgotten.contains(id))
                                .toList(),
                        recalled.millis);
            case Remembered remembered ->
                remembered.toldOf().stream().anyMatch(forgotten::contains)
                        ? new Remembered(remembered.outcome, "", "", remembered.reason)
                        : remembered;
            case Recommended recommended -> recommended.stripped(forgotten);
            case Created _, Understood _, Delta _, Spoken _, Usage _, Failed _, Completed _ -> this;
        };
    }

    /// True when no event comes after it.
    default boolean last() {
        return this instanceof Completed || this instanceof Failed;
    }
}
