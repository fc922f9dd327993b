package dev.palate.retrieval.embedding.recipe;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/// What the next training stores the vectors of items and users in, as it is set. Immutable.
///
/// @param items [#NONE] to learn no vectors of this kind, else a [TableChoice]
/// @param users [#FOLD_IN] to make a user's vector of the history at each request and keep none, else a [TableChoice]
public record ChosenTables(String items, String users) {
    /// No embedding of ids is learnt.
    public static final String NONE = "none";
    /// Users have no table.
    public static final String FOLD_IN = "fold-in";
    /// As long as nobody chooses anything.
    public static final ChosenTables NOTHING = new ChosenTables(NONE, FOLD_IN);

    /// Up to so many ids a catalog is small: what is saved by sharing rows is less than it costs
    /// (`docs/evaluation.md`).
    private static final int SMALL = 100_000;

    /// Brings both into the form of [TableChoice#text].
    ///
    /// @throws IllegalArgumentException naming the setting and what is allowed
    public ChosenTables {
        items = text("palate.embedding.item-table", items, NONE);
        users = text("palate.embedding.user-table", users, FOLD_IN);
        if (items.equals(NONE) && !users.equals(FOLD_IN)) {
            throw new IllegalArgumentException("palate.embedding.user-table is {" + users
                    + "}, but no item table is learnt beside it: set palate.embedding.item-table too, such as full");
        }
    }

    private static String text(String setting, String value, String neither) {
        if (value.strip().toLowerCase(Locale.ROOT).equals(neither)) {
            return neither;
        }
        try {
            return TableChoice.of(value).text();
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(setting + " must be " + neither + " or a table: " + e.getMessage(), e);
        }
    }

    /// The table of the items; empty when none is learnt.
    public Optional<TableChoice> itemTable() {
        return items.equals(NONE) ? Optional.empty() : Optional.of(TableChoice.of(items));
    }

    /// The table of the users; empty when they are folded in.
    public Optional<TableChoice> userTable() {
        return users.equals(FOLD_IN) ? Optional.empty() : Optional.of(TableChoice.of(users));
    }

    /// For people.
    public String words() {
        return items.equals(NONE)
                ? "none"
                : "items " + items + ", users " + (users.equals(FOLD_IN) ? "folded in" : users);
    }

    /// Where the lab or the literature says that the choice hurts, a sentence each.
    ///
    /// @param itemCount how many items there are, about
    /// @param userCount how many users
    public List<String> warnings(long itemCount, long userCount) {
        List<String> said = new ArrayList<>();
        itemTable().ifPresent(choice -> {
            if (shares(choice.kind()) && itemCount <= SMALL) {
                said.add(String.format(
                        Locale.ROOT,
                        "item table %s shares rows, the wrong tool for %,d items: in the lab every way of sharing is"
                                + " below narrow@%s of as many bytes, and pq keeps nearly everything",
                        choice.text(),
                        itemCount,
                        size(choice)));
            }
            slow("item", choice, said);
        });
        userTable().ifPresent(choice -> {
            if (shares(choice.kind())) {
                said.add(String.format(
                        Locale.ROOT,
                        "user table %s mixes the tastes of users who share rows%s: users are the last to be hashed;"
                                + " fold-in keeps no bytes of them at all",
                        choice.text(),
                        userCount <= SMALL ? String.format(Locale.ROOT, ", and there are only %,d", userCount) : ""));
            }
            slow("user", choice, said);
        });
        return said;
    }

    private static String size(TableChoice choice) {
        String text = new TableChoice(TableKind.NARROW, choice.ratio()).text();
        return text.substring(text.indexOf('@') + 1);
    }

    /// True where ids share what is stored of them.
    private static boolean shares(TableKind kind) {
        return switch (kind.family()) {
            case SHARED, HOT_COLD -> true;
            case COMPUTED -> kind == TableKind.DHE;
            case OWN_ROWS, QUANTISED -> false;
        };
    }

    private static void slow(String side, TableChoice choice, List<String> said) {
        switch (choice.kind()) {
            case TT, TT_CACHED, DHE ->
                said.add(side + " table " + choice.text() + " computes each vector, in microseconds: a list of a large"
                        + " catalog takes that for every item, and training some ten times as long");
            case AMTL -> said.add(side + " table " + choice.text() + " searches for a price: up to seven trainings");
            case INT4_CACHED ->
                said.add(side + " table " + choice.text() + " lost a quarter of Recall@20 in the lab (ml100k_loo)");
            default -> {
                return;
            }
        }
    }
}
