package dev.palate.memory.sql;

import dev.palate.memory.catalog.ItemId;
import dev.palate.memory.user.UserId;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.PreparedBatch;
import tools.jackson.core.type.TypeReference;

/// Adds to the rows of `theme_share` and `theme_weight`, which are kept in step here and nowhere else. Stateless.
final class ThemeRows {
    private static final String KEY = "subject_type = :type and subject_id = :id and theme = :theme";
    private static final String SHARE = KEY + " and contributor = :contributor";
    private static final String NEW_SHARE = """
            insert into theme_share (subject_type, subject_id, theme, contributor, weight, parts)
            values (:type, :id, :theme, :contributor, :weight, :parts)
            on conflict (subject_type, subject_id, theme, contributor) do nothing
            """;
    private static final String ADD_SHARE =
            "update theme_share set weight = weight + :weight, parts = parts + :parts where " + SHARE;
    private static final String DROP_SHARE = "delete from theme_share where parts = 0 and " + SHARE;
    private static final String ADD_WEIGHT = """
            insert into theme_weight (subject_type, subject_id, theme, own, others, contributors, changed)
            values (:type, :id, :theme, :own, :others, :contributors, :changed)
            on conflict (subject_type, subject_id, theme) do update set
                own = theme_weight.own + excluded.own,
                others = theme_weight.others + excluded.others,
                contributors = theme_weight.contributors + excluded.contributors,
                changed = excluded.changed
            """;
    private static final String GIVEN = """
            from theme_share s where s.subject_type = theme_weight.subject_type
                and s.subject_id = theme_weight.subject_id and s.theme = theme_weight.theme and s.contributor = :user
            """;
    // What the user gave itself goes with the user's own rows. One seek a row that the user gave to.
    private static final String SUBTRACT = "update theme_weight set others = others - (select s.weight " + GIVEN
            + "), contributors = contributors - 1, changed = :changed"
            + " where (subject_type, subject_id, theme) in (select subject_type, subject_id, theme from theme_share"
            + " where contributor = :user and not (subject_type = 'user' and subject_id = :user))";

    private static final String GIVING =
            "select interaction_id, deltas from theme_plan" + " where user_id in (<givers>) and deltas like :item";
    private static final int GIVERS = 200;

    /// A plan's deltas in their column.
    static final TypeReference<List<Delta>> DELTAS = new TypeReference<>() {};

    private record Plan(String interaction, String deltas) {}

    /// A delta of one contributor.
    record Delta(String type, String id, String theme, long weight) {}

    private record Share(String type, String id, String theme, String contributor) {
        boolean own() {
            return type.equals("user") && id.equals(contributor);
        }
    }

    private record Sum(long weight, long parts) {
        Sum plus(Sum other) {
            return new Sum(weight + other.weight, parts + other.parts);
        }
    }

    private record Key(String type, String id, String theme) {}

    private record Added(long own, long others, long contributors) {
        Added plus(Added other) {
            return new Added(own + other.own, others + other.others, contributors + other.contributors);
        }
    }

    private final Map<Share, Sum> sums = new LinkedHashMap<>();

    /// Gathers what a plan gives, or takes back; written by [#write].
    void add(String contributor, List<Delta> deltas, int sign) {
        for (Delta delta : deltas) {
            sums.merge(
                    new Share(delta.type, delta.id, delta.theme, contributor),
                    new Sum(sign * delta.weight, sign),
                    Sum::plus);
        }
    }

    /// Writes the sums of what was gathered: one row a contributor, one a theme of a subject.
    ///
    /// @param changed the number of this change
    void write(Handle handle, long changed) {
        List<Share> shares = List.copyOf(sums.keySet());
        if (shares.isEmpty()) {
            return;
        }
        int[] contributors = changes(handle, shares);
        Map<Key, Added> added = new LinkedHashMap<>();
        for (int i = 0; i < contributors.length; i++) {
            Share share = shares.get(i);
            Sum sum = sums.getOrDefault(share, new Sum(0, 0));
            added.merge(
                    new Key(share.type, share.id, share.theme),
                    share.own() ? new Added(sum.weight, 0, 0) : new Added(0, sum.weight, contributors[i]),
                    Added::plus);
        }
        try (PreparedBatch batch = handle.prepareBatch(ADD_WEIGHT)) {
            added.forEach((key, sum) -> batch.bind("type", key.type)
                    .bind("id", key.id)
                    .bind("theme", key.theme)
                    .bind("own", sum.own)
                    .bind("others", sum.others)
                    .bind("contributors", sum.contributors)
                    .bind("changed", changed)
                    .add());
            batch.execute();
        }
        sums.clear();
    }

    /// Writes the shares. One to be taken back that is not there is left out of the sums.
    ///
    /// @return for each 1 when its contributor is new, -1 when gone, else 0
    private int[] changes(Handle handle, List<Share> shares) {
        List<Share> positive = new ArrayList<>();
        shares.stream().filter(share -> sum(share).parts > 0).forEach(positive::add);
        int[] inserted = run(handle, NEW_SHARE, positive, true);
        List<Share> known = new ArrayList<>(shares);
        List<Share> fresh = new ArrayList<>();
        for (int i = 0; i < inserted.length; i++) {
            if (inserted[i] == 1) {
                fresh.add(positive.get(i));
            }
        }
        known.removeAll(new java.util.HashSet<>(fresh));
        int[] changed = run(handle, ADD_SHARE, known, true);
        for (int i = 0; i < changed.length; i++) {
            if (changed[i] == 0) {
                sums.put(known.get(i), new Sum(0, 0));
            }
        }
        List<Share> fewer = known.stream().filter(share -> sum(share).parts < 0).toList();
        int[] dropped = run(handle, DROP_SHARE, fewer, false);
        Map<Share, Integer> changes = new LinkedHashMap<>();
        fresh.forEach(share -> changes.put(share, 1));
        for (int i = 0; i < dropped.length; i++) {
            changes.put(fewer.get(i), -dropped[i]);
        }
        return shares.stream().mapToInt(share -> changes.getOrDefault(share, 0)).toArray();
    }

    private Sum sum(Share share) {
        return sums.getOrDefault(share, new Sum(0, 0));
    }

    private int[] run(Handle handle, String sql, List<Share> shares, boolean sums) {
        if (shares.isEmpty()) {
            return new int[0];
        }
        try (PreparedBatch batch = handle.prepareBatch(sql)) {
            for (Share share : shares) {
                batch.bind("type", share.type)
                        .bind("id", share.id)
                        .bind("theme", share.theme)
                        .bind("contributor", share.contributor);
                if (sums) {
                    batch.bind("weight", sum(share).weight).bind("parts", sum(share).parts);
                }
                batch.add();
            }
            return batch.execute();
        }
    }

    /// Forgets what an item was given, by whomever: it has no audience any more, and comes back without one. Of the
    /// plans that gave it too, lest taking one back then takes from what another gives later. O(plans of those who
    /// gave).
    static void forget(Transaction transaction, ItemId item) {
        List<String> givers = transaction
                .handle()
                .createQuery("select distinct contributor from theme_share"
                        + " where subject_type = 'item' and subject_id = :item")
                .bind("item", item.value())
                .mapTo(String.class)
                .list();
        for (int from = 0; from < givers.size(); from += GIVERS) {
            forget(transaction.handle(), item, givers.subList(from, Math.min(givers.size(), from + GIVERS)));
        }
        transaction
                .handle()
                .createUpdate("delete from theme_share where subject_type = 'item' and subject_id = :item")
                .bind("item", item.value())
                .execute();
        // Not deleted: who follows the changes must see that it went.
        transaction
                .handle()
                .createUpdate("update theme_weight set own = 0, others = 0, contributors = 0, changed = :changed"
                        + " where subject_type = 'item' and subject_id = :item")
                .bind("item", item.value())
                .bind("changed", transaction.arrival())
                .execute();
    }

    private static void forget(Handle handle, ItemId item, List<String> givers) {
        List<Plan> plans = handle.createQuery(GIVING)
                .bindList("givers", givers)
                // A wildcard in an id finds too many; an escape in it would find too few.
                .bind("item", "%" + Json.write(item.value()).replace('\\', '_') + "%")
                .map((result, context) -> new Plan(result.getString(1), result.getString(2)))
                .list();
        try (PreparedBatch batch =
                handle.prepareBatch("update theme_plan set deltas = :deltas where interaction_id = :id")) {
            for (Plan plan : plans) {
                List<Delta> deltas = Json.read(plan.deltas, DELTAS);
                List<Delta> left = deltas.stream()
                        .filter(delta -> !(delta.type.equals("item") && delta.id.equals(item.value())))
                        .toList();
                if (left.size() < deltas.size()) {
                    batch.bind("id", plan.interaction)
                            .bind("deltas", Json.write(left))
                            .add();
                }
            }
            if (batch.size() > 0) {
                batch.execute();
            }
        }
    }

    /// Takes all that a user gave to others off their weights; the user's own rows and shares are the caller's to
    /// delete.
    static void subtract(Transaction transaction, UserId user) {
        transaction
                .handle()
                .createUpdate(SUBTRACT)
                .bind("user", user.value())
                .bind("changed", transaction.arrival())
                .execute();
    }
}
