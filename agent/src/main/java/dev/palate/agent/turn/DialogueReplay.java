package dev.palate.agent.turn;

import dev.palate.agent.domain.CatalogSnapshot;
import dev.palate.agent.domain.CatalogSnapshots;
import dev.palate.agent.domain.Claim;
import dev.palate.agent.domain.Mention;
import dev.palate.agent.domain.MessageReader;
import dev.palate.agent.domain.Reading;
import dev.palate.agent.grounding.Rules;
import dev.palate.memory.catalog.ItemId;
import dev.palate.memory.user.UserId;
import dev.palate.retrieval.recommend.RankedItem;
import dev.palate.retrieval.recommend.Recommender;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// What a turn would list at the end of a dialogue that somebody else led: the real reading, understanding, retrieval
/// and ranking, without memories, words or writes. Thread-safe.
public final class DialogueReplay {
    /// A user without events and memories.
    public static final UserId NOBODY = new UserId("dialogue-replay");

    private final Recommender recommender;
    private final CatalogSnapshots snapshots;
    private final MessageReader reader;
    private final Duration deadline;
    private final Optional<SlotFilling> filling;

    /// @param deadline of the sources
    public DialogueReplay(
            Recommender recommender, CatalogSnapshots snapshots, MessageReader reader, Duration deadline) {
        this(recommender, snapshots, reader, deadline, Optional.empty());
    }

    private DialogueReplay(
            Recommender recommender,
            CatalogSnapshots snapshots,
            MessageReader reader,
            Duration deadline,
            Optional<SlotFilling> filling) {
        this.recommender = recommender;
        this.snapshots = snapshots;
        this.reader = reader;
        this.deadline = deadline;
        this.filling = filling;
    }

    /// The same, with a model asked where the rules find nothing in a message of the one who looks for something.
    public DialogueReplay with(SlotFilling slots) {
        return new DialogueReplay(recommender, snapshots, reader, deadline, Optional.of(slots));
    }

    /// What happens in a dialogue.
    public sealed interface Move {}

    /// One turn.
    ///
    /// @param own true for the one who looks for something
    public record Said(boolean own, String text) implements Move {}

    /// A list that was shown, which is not shown again.
    public record Shown(List<ItemId> items) implements Move {
        public Shown {
            items = List.copyOf(items);
        }
    }

    /// The list at the end.
    ///
    /// @param found false when the rules found no category, theme, tag, year or title in what was said
    /// @param readings of the turns
    /// @param wish what is asked for at the end, for looking at
    /// @param filled what a model was asked for
    public record Heard(
            List<RankedItem> items,
            boolean found,
            List<String> degraded,
            List<Reading> readings,
            String wish,
            Filled filled) {
        public Heard {
            items = List.copyOf(items);
            degraded = List.copyOf(degraded);
            readings = List.copyOf(readings);
        }
    }

    /// What a model was asked in a dialogue.
    ///
    /// @param asked of how many messages
    /// @param failed how many of these it did not answer in time, or not in the shape asked for
    /// @param taken what it named that was new, as labels
    public record Filled(int asked, int failed, List<String> taken) {
        /// No model.
        public static final Filled NONE = new Filled(0, 0, List.of());

        public Filled {
            taken = List.copyOf(taken);
        }

        private Filled plus(SlotFilling.Result result, Optional<Understanding> meaning) {
            List<String> all = new ArrayList<>(taken);
            meaning.ifPresent(one -> all.addAll(one.taken()));
            return new Filled(asked + 1, failed + (result.reason().isEmpty() ? 0 : 1), all);
        }
    }

    /// Listens to the turns and lists, for nobody in particular.
    ///
    /// @param turns oldest first
    /// @param size 1 to 100
    public Heard replay(List<? extends Move> turns, int size) {
        return replay(NOBODY, turns, Set.of(), size);
    }

    /// Listens to the turns and lists.
    ///
    /// @param user whose events count and are not shown again
    /// @param turns oldest first
    /// @param had what is not to be listed besides
    /// @param size 1 to 100
    public Heard replay(UserId user, List<? extends Move> turns, Set<ItemId> had, int size) {
        CatalogSnapshot catalog = snapshots.current();
        State state = State.NEW;
        List<String> fondNow = List.of();
        List<Reading> readings = new ArrayList<>();
        boolean found = false;
        Filled filled = Filled.NONE;
        for (Move move : turns) {
            switch (move) {
                case Shown(List<ItemId> items) -> state = shown(state, items);
                case Said said -> {
                    Reading reading = reader.read(said.text(), catalog);
                    readings.add(reading);
                    if (said.own()) {
                        Understanding meaning = Understander.understand(reading, state, List.of(), catalog);
                        Optional<SlotFilling.Result> result = asked(meaning, catalog);
                        if (result.isPresent()) {
                            Optional<Understanding> more =
                                    SlotFilling.with(result.get().slots(), meaning, List.of(), catalog);
                            filled = filled.plus(result.get(), more);
                            meaning = more.orElse(meaning);
                        }
                        fondNow = meaning.fondNow();
                        state = state.wishing(meaning.wish()).writing(List.of());
                        found |= !reading.claims().isEmpty() || !reading.eras().isEmpty();
                    } else {
                        List<ItemId> named = titles(reading);
                        state = shown(state, named);
                        found |= !named.isEmpty();
                    }
                }
            }
        }
        var retrieval = new Retrieval(recommender, catalog, deadline, false);
        Set<ItemId> notAgain = new LinkedHashSet<>(had);
        notAgain.addAll(state.shown());
        Rules rules = retrieval.rules(state.wish(), List.of(), notAgain);
        Picks picks = retrieval.pick(user, state.wish(), rules, fondNow, size);
        return new Heard(
                picks.items(), found, picks.degraded(), readings, state.wish().toString(), filled);
    }

    private Optional<SlotFilling.Result> asked(Understanding meaning, CatalogSnapshot catalog) {
        return filling.flatMap(slots -> slots.ask(meaning, catalog)).map(asked -> asked.result(() -> false));
    }

    private static State shown(State state, List<ItemId> items) {
        Set<ItemId> shown = new LinkedHashSet<>(state.shown());
        shown.addAll(items);
        return new State(state.wish(), List.copyOf(shown), state.slate(), items, List.of(), null);
    }

    private static List<ItemId> titles(Reading reading) {
        List<ItemId> titles = new ArrayList<>();
        for (Claim claim : reading.claims()) {
            if (claim.mention() instanceof Mention.Title title) {
                titles.add(title.item());
            }
        }
        return titles;
    }
}
