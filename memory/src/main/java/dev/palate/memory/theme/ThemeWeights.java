package dev.palate.memory.theme;

import dev.palate.memory.catalog.ItemId;
import dev.palate.memory.interaction.Interaction;
import dev.palate.memory.interaction.InteractionId;
import dev.palate.memory.memory.Subject;
import dev.palate.memory.user.UserId;
import java.util.Collection;
import java.util.List;
import java.util.Map;

/// The weights of themes, as the truth has them, with who contributed. Whole numbers that are only ever added: the same
/// plans in any order give the same state, and taking one back gives exactly the state without that plan.
/// Thread-safe; a write
/// returns once it is on disk.
public interface ThemeWeights {
    /// A user's own themes.
    ///
    /// @param revision how many plans of the user were applied or taken back
    /// @param weights in millionths, those of the vocabulary only
    record Own(long revision, Map<ThemeId, Long> weights) {
        public Own {
            weights = Map.copyOf(weights);
        }
    }

    /// A plan, and the revision of its user that it was made from.
    record Planned(ThemePlan plan, long expected) {}

    /// A weight of an item that has changed.
    ///
    /// @param theme as it is called; a vocabulary says whether it still is one
    /// @param weight in millionths
    /// @param contributors 0 when nothing is left
    /// @param number its place in the order of changes
    record ItemChange(ItemId item, String theme, long weight, int contributors, long number) {}

    /// The user's own themes; revision 0 and none for somebody unknown.
    Own own(UserId user, ThemeVocabulary vocabulary);

    /// What some users like, by user: those of their own themes that are above 0, in millionths. Users without any are
    /// left out. One read.
    ///
    /// @param users at most 64
    Map<UserId, Map<ThemeId, Long>> liked(Collection<UserId> users, ThemeVocabulary vocabulary);

    /// What a subject's themes weigh, by theme.
    List<ThemeWeight> of(Subject subject, ThemeVocabulary vocabulary);

    /// What counts of a subject's themes, by theme name, the heaviest first: what a page, an app or an export may show.
    Map<String, Long> counted(Subject subject);

    /// Those of the interactions that are there and have no plan yet, in the order in which they arrived.
    List<Interaction> unplanned(Collection<InteractionId> ids);

    /// The first of a user's interactions without a plan, in the order in which they arrived; at most `limit`.
    List<Interaction> unplannedOf(UserId user, int limit);

    /// Applies those of the plans, in order, whose interaction is there and has none yet and whose user is at the
    /// revision expected; each wholly or not at all, but for items that are not in the catalog, which get nothing.
    /// The others must be planned again. Few are one commit, many several.
    ///
    /// @return how many were applied
    int apply(List<Planned> plans);

    /// Takes back what an interaction gave, and of one that is not planned yet all that it would give. It
    /// stays planned,
    /// so that it is not applied again. What later plans of the same user gave by the themes it had from this
    /// one stays.
    ///
    /// @return false when there is no such interaction, or it was taken back already
    boolean undo(InteractionId interaction);

    /// What has changed of items since, in order; a change of one row at one time is one.
    ///
    /// @param number after this; 0 for all
    /// @param limit about how many; more where more changed at once
    List<ItemChange> itemsChangedAfter(long number, int limit);

    /// A digest of all weights and shares: equal states have equal ones. Costs a scan.
    String digest();
}
