package dev.palate.agent.collaborative;

import dev.palate.memory.catalog.Catalog;
import dev.palate.memory.catalog.Item;
import dev.palate.memory.catalog.ItemId;
import dev.palate.memory.change.Outbox;
import dev.palate.memory.derived.NoteFollower;
import dev.palate.memory.interaction.Interaction;
import dev.palate.memory.interaction.InteractionId;
import dev.palate.memory.memory.Subject;
import dev.palate.memory.theme.ThemeDelta;
import dev.palate.memory.theme.ThemeId;
import dev.palate.memory.theme.ThemePlan;
import dev.palate.memory.theme.ThemeVocabulary;
import dev.palate.memory.theme.ThemeWeights;
import dev.palate.memory.theme.ThemeWeights.Own;
import dev.palate.memory.theme.ThemeWeights.Planned;
import dev.palate.memory.user.User;
import dev.palate.memory.user.UserId;
import dev.palate.memory.user.Users;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.DoubleConsumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Spreads what interactions tell, behind the writes: one plan each, in the order in which a user's arrived, applied
/// once however often it is asked for, with the user's earlier plans known to each. Where more than [#MOST_WAITING]
/// notes wait, and for interactions from before it began, it only counts: user and item, no neighbours. Used by one
/// thread.
public final class Propagation implements NoteFollower.Work {
    /// With more notes waiting behind a batch, neighbours get nothing.
    public static final long MOST_WAITING = 2_560;

    /// At most 256 notes or 5 s to a batch.
    public static final NoteFollower.Options OPTIONS =
            new NoteFollower.Options(Duration.ofSeconds(1), Duration.ofSeconds(5), 256, Duration.ofSeconds(1));

    /// Under which its position is kept.
    public static final String NAME = "theme-propagation";

    private static final int AT_ONCE = 256;
    private static final int USERS_AT_ONCE = 100;
    // Somebody else may plan, undo or erase meanwhile; so often in a row nobody does.
    private static final int MOST_TRIES = 5;

    /// What it works with.
    ///
    /// @param approved tags that the operator approved as themes
    public record Parts(
            Catalog catalog,
            Users users,
            Outbox outbox,
            ThemeWeights weights,
            Planner planner,
            Neighbours neighbours,
            Set<String> approved) {
        public Parts {
            approved = Set.copyOf(approved);
        }
    }

    private final Parts parts;
    private @Nullable ThemeVocabulary vocabulary;

    /// With what it works with.
    public Propagation(Parts parts) {
        this.parts = parts;
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public void apply(List<Outbox.Note> notes, DoubleConsumer progress) {
        List<InteractionId> ids = new ArrayList<>();
        for (Outbox.Note note : notes) {
            switch (note.topic()) {
                case "interaction" -> ids.add(new InteractionId(note.payloadId()));
                // One scan of the catalog for all that changed in a batch.
                case "item" -> vocabulary = null;
                default -> {}
            }
        }
        boolean reaching = parts.outbox().countAfter(notes.getLast().number()) <= MOST_WAITING;
        for (int from = 0; from < ids.size(); from += AT_ONCE) {
            List<InteractionId> some = ids.subList(from, Math.min(ids.size(), from + AT_ONCE));
            settle(() -> parts.weights().unplanned(some), reaching);
            progress.accept(0);
        }
    }

    @Override
    public void everything(DoubleConsumer progress) {
        vocabulary = null;
        long users = Math.max(1, parts.users().count());
        long done = 0;
        @Nullable String cursor = null;
        do {
            var page = parts.users().page(null, cursor, USERS_AT_ONCE);
            for (User user : page.items()) {
                List<InteractionId> some = unplanned(user.id());
                while (!some.isEmpty()) {
                    List<InteractionId> these = some;
                    settle(() -> parts.weights().unplanned(these), false);
                    progress.accept(Math.min(1, (double) done / users));
                    some = unplanned(user.id());
                }
                done++;
            }
            progress.accept(Math.min(1, (double) done / users));
            cursor = page.nextCursor();
        } while (cursor != null);
    }

    private List<InteractionId> unplanned(UserId user) {
        return parts.weights().unplannedOf(user, AT_ONCE).stream()
                .map(Interaction::id)
                .toList();
    }

    /// Plans and applies until nothing of it is left without a plan.
    private void settle(Supplier<List<Interaction>> waiting, boolean reaching) {
        List<Interaction> left = waiting.get();
        for (int tries = 0; !left.isEmpty() && tries < MOST_TRIES; tries++) {
            parts.weights().apply(planned(left, reaching));
            left = waiting.get();
        }
        if (!left.isEmpty()) {
            throw new IllegalStateException(left.size() + " interactions were planned " + MOST_TRIES
                    + " times and each time their users' themes had changed meanwhile; they are tried again");
        }
    }

    private List<Planned> planned(List<Interaction> interactions, boolean reaching) {
        ThemeVocabulary known = known();
        Set<ItemId> wanted = new HashSet<>();
        interactions.forEach(interaction -> wanted.add(interaction.item()));
        Map<ItemId, Item> items = parts.catalog().items(wanted);
        Map<UserId, Own> owns = new HashMap<>();
        List<Planned> plans = new ArrayList<>();
        for (Interaction interaction : interactions) {
            Own own = owns.computeIfAbsent(
                    interaction.user(), user -> parts.weights().own(user, known));
            Item item = items.get(interaction.item());
            List<Neighbours.Neighbour> near =
                    !reaching || item == null || interaction.feedback().weight() <= 0
                            ? List.of()
                            : parts.neighbours().of(interaction.item(), ThemePlan.FAN_OUT);
            Occasion occasion =
                    new Occasion(interaction, item == null ? List.of() : known.of(item), own.weights(), near);
            ThemePlan plan = within(occasion, item != null, parts.planner().plan(occasion));
            plans.add(new Planned(plan, own.revision()));
            owns.put(interaction.user(), after(own, plan));
        }
        return plans;
    }

    /// What of a plan is of this occasion: the user, the item where it is there, and the neighbours it was shown.
    private static ThemePlan within(Occasion occasion, boolean there, ThemePlan plan) {
        Interaction interaction = occasion.interaction();
        Set<Subject> shown = new HashSet<>();
        shown.add(new Subject.OfUser(interaction.user()));
        if (there) {
            shown.add(new Subject.OfItem(interaction.item()));
        }
        occasion.neighbours().forEach(neighbour -> shown.add(new Subject.OfItem(neighbour.item())));
        return new ThemePlan(
                interaction.id(),
                interaction.user(),
                interaction.item(),
                plan.deltas().stream()
                        .filter(delta -> shown.contains(delta.subject()))
                        .toList());
    }

    private static Own after(Own own, ThemePlan plan) {
        Map<ThemeId, Long> weights = new HashMap<>(own.weights());
        for (ThemeDelta delta : plan.deltas()) {
            if (delta.subject() instanceof Subject.OfUser) {
                weights.merge(delta.theme(), delta.weight(), Long::sum);
            }
        }
        return new Own(own.revision() + 1, weights);
    }

    private ThemeVocabulary known() {
        ThemeVocabulary known = vocabulary;
        if (known == null) {
            known = ThemeVocabulary.of(parts.catalog(), parts.approved());
            vocabulary = known;
        }
        return known;
    }
}
