package dev.palate.memory.sql;

import dev.palate.memory.Require;
import dev.palate.memory.catalog.ItemId;
import dev.palate.memory.interaction.Interaction;
import dev.palate.memory.interaction.InteractionId;
import dev.palate.memory.memory.Subject;
import dev.palate.memory.theme.ThemeDelta;
import dev.palate.memory.theme.ThemeId;
import dev.palate.memory.theme.ThemePlan;
import dev.palate.memory.theme.ThemeVocabulary;
import dev.palate.memory.theme.ThemeWeight;
import dev.palate.memory.theme.ThemeWeights;
import dev.palate.memory.user.UserId;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jdbi.v3.core.Handle;

/// The weights of themes in the tables `theme_plan`, `theme_user`, `theme_share` and `theme_weight`.
final class SqlThemes implements ThemeWeights {
    private static final int CHUNK = 500;
    private static final int MAX_LIMIT = 10_000;
    private static final int MAX_USERS = 64;
    // A plan is some forty rows.
    private static final int FEWEST_PLANS = 8;
    private static final String WITHOUT_PLAN =
            " and not exists (select 1 from theme_plan p where p.interaction_id = i.id) order by i.arrival";
    // Only of an interaction that is there: it may have gone with its user.
    private static final String PLAN = """
            insert into theme_plan (interaction_id, user_id, deltas, undone, applied_at)
            select id, user_id, :deltas, 0, :at from interaction where id = :interaction and user_id = :user
            on conflict (interaction_id) do nothing
            """;
    private static final String COUNT = """
            insert into theme_user (user_id, revision) values (:user, 1)
            on conflict (user_id) do update set revision = theme_user.revision + 1
            """;
    private static final String REVISION = "select coalesce(max(revision), 0) from theme_user where user_id = :user";

    private final Database database;
    private final ChunkSize chunks = new ChunkSize(FEWEST_PLANS);

    SqlThemes(Database database) {
        this.database = database;
    }

    @Override
    public Own own(UserId user, ThemeVocabulary vocabulary) {
        return database.readAtOnce(handle -> {
            Map<ThemeId, Long> weights = new HashMap<>();
            weights(handle, new Subject.OfUser(user), vocabulary)
                    .forEach(weight -> weights.put(weight.theme(), weight.own()));
            return new Own(revision(handle, user), weights);
        });
    }

    private static long revision(Handle handle, UserId user) {
        return handle.createQuery(REVISION)
                .bind("user", user.value())
                .mapTo(Long.class)
                .one();
    }

    private record Liked(UserId user, String theme, long weight) {}

    @Override
    public Map<UserId, Map<ThemeId, Long>> liked(Collection<UserId> users, ThemeVocabulary vocabulary) {
        Require.range("number of users", users.size(), 0, MAX_USERS);
        Map<UserId, Map<ThemeId, Long>> liked = new HashMap<>();
        if (!users.isEmpty()) {
            database.read(handle -> handle.createQuery("select subject_id, theme, own from theme_weight"
                                    + " where subject_type = 'user' and subject_id in (<users>) and own > 0")
                            .bindList(
                                    "users",
                                    users.stream().map(UserId::value).distinct().toList())
                            .map((result, context) -> {
                                Row row = new Row(result);
                                return new Liked(
                                        new UserId(row.text("subject_id")), row.text("theme"), row.number("own"));
                            })
                            .list())
                    .forEach(row -> vocabulary
                            .theme(row.theme)
                            .ifPresent(theme -> liked.computeIfAbsent(row.user, _ -> new HashMap<>())
                                    .put(theme, row.weight)));
        }
        return liked;
    }

    @Override
    public List<ThemeWeight> of(Subject subject, ThemeVocabulary vocabulary) {
        return database.read(handle -> weights(handle, subject, vocabulary));
    }

    private static List<ThemeWeight> weights(Handle handle, Subject subject, ThemeVocabulary vocabulary) {
        return handle
                .createQuery("select theme, own, others, contributors from theme_weight"
                        + " where subject_type = :type and subject_id = :id order by theme")
                .bind("type", subject.type())
                .bind("id", subject.id())
                .map((result, context) -> {
                    Row row = new Row(result);
                    Optional<ThemeId> theme = vocabulary.theme(row.text("theme"));
                    long own = row.number("own");
                    long others = row.number("others");
                    int contributors = (int) row.number("contributors");
                    return theme.map(id -> new ThemeWeight(id, own, others, contributors));
                })
                .list()
                .stream()
                .flatMap(Optional::stream)
                .toList();
    }

    @Override
    public Map<String, Long> counted(Subject subject) {
        Map<String, Long> counted = new LinkedHashMap<>();
        database
                .read(handle -> handle.createQuery("select theme, own + case when contributors >= :fewest then others"
                                + " else 0 end as weight from theme_weight where subject_type = :type"
                                + " and subject_id = :id order by weight desc, theme")
                        .bind("fewest", ThemeWeight.FEWEST_CONTRIBUTORS)
                        .bind("type", subject.type())
                        .bind("id", subject.id())
                        .map((result, context) -> Map.entry(new Row(result).text("theme"), result.getLong("weight")))
                        .list())
                .stream()
                .filter(entry -> entry.getValue() != 0)
                .forEach(entry -> counted.put(entry.getKey(), entry.getValue()));
        return counted;
    }

    @Override
    public List<Interaction> unplanned(Collection<InteractionId> ids) {
        List<String> all = ids.stream().map(InteractionId::value).distinct().toList();
        List<SqlInteractions.Arrived> found = new ArrayList<>();
        for (int from = 0; from < all.size(); from += CHUNK) {
            List<String> some = all.subList(from, Math.min(all.size(), from + CHUNK));
            found.addAll(database.read(
                    handle -> handle.createQuery("select i.* from interaction i where i.id in (<ids>)" + WITHOUT_PLAN)
                            .bindList("ids", some)
                            .map(SqlInteractions::arrived)
                            .list()));
        }
        found.sort((one, other) -> Long.compare(one.arrival(), other.arrival()));
        return found.stream().map(SqlInteractions.Arrived::interaction).toList();
    }

    @Override
    public List<Interaction> unplannedOf(UserId user, int limit) {
        Require.range("limit", limit, 1, MAX_LIMIT);
        return database
                .read(handle -> handle.createQuery("select i.* from interaction i where i.user_id = :user"
                                + WITHOUT_PLAN + " limit :limit")
                        .bind("user", user.value())
                        .bind("limit", limit)
                        .map(SqlInteractions::arrived)
                        .list())
                .stream()
                .map(SqlInteractions.Arrived::interaction)
                .toList();
    }

    @Override
    public int apply(List<Planned> plans) {
        return database.writeRows(chunks, plans, (transaction, chunk) -> {
            ThemeRows rows = new ThemeRows();
            Set<String> there = there(transaction.handle(), chunk);
            int applied = 0;
            for (Planned planned : chunk) {
                ThemePlan plan = planned.plan();
                List<ThemeRows.Delta> deltas = plan.deltas().stream()
                        .filter(delta -> delta.subject() instanceof Subject.OfUser
                                || there.contains(delta.subject().id()))
                        .map(SqlThemes::row)
                        .toList();
                if (revision(transaction.handle(), plan.user()) == planned.expected()
                        && note(transaction, plan, deltas)) {
                    rows.add(plan.user().value(), deltas, 1);
                    applied++;
                }
            }
            if (applied > 0) {
                rows.write(transaction.handle(), transaction.arrival());
            }
            return applied;
        });
    }

    /// Those of the items that are in the catalog now; one that went since it was planned gets no audience.
    private static Set<String> there(Handle handle, List<Planned> plans) {
        List<String> items = plans.stream()
                .flatMap(planned -> planned.plan().deltas().stream())
                .map(ThemeDelta::subject)
                .filter(Subject.OfItem.class::isInstance)
                .map(Subject::id)
                .distinct()
                .toList();
        Set<String> there = new HashSet<>();
        for (int from = 0; from < items.size(); from += CHUNK) {
            there.addAll(handle.createQuery("select id from item where id in (<ids>)")
                    .bindList("ids", items.subList(from, Math.min(items.size(), from + CHUNK)))
                    .mapTo(String.class)
                    .list());
        }
        return there;
    }

    private static ThemeRows.Delta row(ThemeDelta delta) {
        return new ThemeRows.Delta(
                delta.subject().type(), delta.subject().id(), delta.theme().value(), delta.weight());
    }

    private static boolean note(Transaction transaction, ThemePlan plan, List<ThemeRows.Delta> deltas) {
        boolean fresh = transaction
                        .handle()
                        .createUpdate(PLAN)
                        .bind("interaction", plan.interaction().value())
                        .bind("user", plan.user().value())
                        .bind("deltas", Json.write(deltas))
                        .bind("at", Times.column(transaction.now()))
                        .execute()
                == 1;
        if (fresh) {
            count(transaction, plan.user().value());
        }
        return fresh;
    }

    private static void count(Transaction transaction, String user) {
        transaction.handle().createUpdate(COUNT).bind("user", user).execute();
    }

    private record Given(String user, String deltas) {}

    @Override
    public boolean undo(InteractionId interaction) {
        return database.write(transaction -> {
            Optional<Given> given = transaction
                    .handle()
                    .createQuery("select user_id, deltas from theme_plan where interaction_id = :id and undone = 0")
                    .bind("id", interaction.value())
                    .map((result, context) -> new Given(result.getString(1), result.getString(2)))
                    .findOne();
            if (given.isEmpty()) {
                return keepUnplanned(transaction, interaction);
            }
            ThemeRows rows = new ThemeRows();
            rows.add(given.get().user, Json.read(given.get().deltas, ThemeRows.DELTAS), -1);
            rows.write(transaction.handle(), transaction.arrival());
            transaction
                    .handle()
                    .createUpdate("update theme_plan set undone = 1, deltas = '[]' where interaction_id = :id")
                    .bind("id", interaction.value())
                    .execute();
            count(transaction, given.get().user);
            return true;
        });
    }

    /// One that is taken back before it is planned never is.
    private static boolean keepUnplanned(Transaction transaction, InteractionId interaction) {
        Optional<String> user = transaction
                .handle()
                .createQuery("select user_id from interaction where id = :id"
                        + " and not exists (select 1 from theme_plan where interaction_id = :id)")
                .bind("id", interaction.value())
                .mapTo(String.class)
                .findOne();
        user.ifPresent(of -> {
            transaction
                    .handle()
                    .createUpdate("insert into theme_plan (interaction_id, user_id, deltas, undone, applied_at)"
                            + " values (:id, :user, '[]', 1, :at)")
                    .bind("id", interaction.value())
                    .bind("user", of)
                    .bind("at", Times.column(transaction.now()))
                    .execute();
            count(transaction, of);
        });
        return user.isPresent();
    }

    @Override
    public List<ItemChange> itemsChangedAfter(long number, int limit) {
        Require.range("limit", limit, 1, MAX_LIMIT);
        return database.readAtOnce(handle -> {
            // All rows of one change, lest a reader that goes on behind its number misses some.
            Optional<Long> last = handle.createQuery(
                            "select changed from theme_weight where changed > :number and subject_type = 'item'"
                                    + " order by changed limit 1 offset :limit")
                    .bind("number", number)
                    .bind("limit", limit)
                    .mapTo(Long.class)
                    .findOne();
            return handle.createQuery(
                            "select subject_id, theme, others, contributors, changed from theme_weight"
                                    + " where changed > :number and changed <= :last and subject_type = 'item' order by changed")
                    .bind("number", number)
                    .bind("last", last.orElse(Long.MAX_VALUE))
                    .map((result, context) -> {
                        Row row = new Row(result);
                        return new ItemChange(
                                new ItemId(row.text("subject_id")),
                                row.text("theme"),
                                row.number("others"),
                                (int) row.number("contributors"),
                                row.number("changed"));
                    })
                    .list();
        });
    }

    @Override
    public String digest() {
        MessageDigest digest;
        try {
            digest = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
        rows(
                digest,
                "select subject_type || ' ' || subject_id || ' ' || theme || ' ' || contributor || ' '"
                        + " || cast(weight as varchar(24)) || ' ' || cast(parts as varchar(24)) from theme_share"
                        + " order by subject_type, subject_id, theme, contributor");
        // A row of zeros says only that something was there.
        rows(
                digest,
                "select subject_type || ' ' || subject_id || ' ' || theme || ' ' || cast(own as varchar(24)) || ' '"
                        + " || cast(others as varchar(24)) || ' ' || cast(contributors as varchar(24))"
                        + " from theme_weight where own <> 0 or others <> 0 or contributors <> 0"
                        + " order by subject_type, subject_id, theme");
        return HexFormat.of().formatHex(digest.digest());
    }

    private void rows(MessageDigest digest, String sql) {
        database.stream(
                handle -> handle.createQuery(sql).mapTo(String.class),
                row -> digest.update((row + "\n").getBytes(StandardCharsets.UTF_8)));
    }
}
