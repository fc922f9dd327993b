package dev.palate.memory.sql;

import dev.palate.memory.Page;
import dev.palate.memory.Require;
import dev.palate.memory.conversation.Role;
import dev.palate.memory.gate.Proposal;
import dev.palate.memory.gate.Rejection;
import dev.palate.memory.gate.Rejections;
import dev.palate.memory.memory.MemoryKind;
import dev.palate.memory.memory.Slot;
import dev.palate.memory.memory.Subject;
import dev.palate.memory.memory.Trust;
import dev.palate.memory.user.UserId;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.Query;
import org.jdbi.v3.core.statement.StatementContext;
import org.jspecify.annotations.Nullable;

/// The rejections in table `rejection`.
final class SqlRejections implements Rejections {
    private static final String LISTING = "rejections";
    private static final String PUT = """
            insert into rejection (id, subject_type, subject_id, kind, text, polarity, trust, slot, quote, source,
                source_id, speaker, reason, policy, at)
            values (:id, :subjectType, :subjectId, :kind, :text, :polarity, :trust, :slot, :quote, :source,
                :sourceId, :speaker, :reason, :policy, :at)
            on conflict (id) do nothing
            """;
    private static final String PRUNE = """
            delete from rejection where subject_type = :type and subject_id = :id and id not in (
                select id from rejection where subject_type = :type and subject_id = :id
                order by at desc, id desc limit :most)
            """;

    private final Database database;

    SqlRejections(Database database) {
        this.database = database;
    }

    @Override
    public void add(List<Rejection> rejections) {
        if (rejections.isEmpty()) {
            return;
        }
        database.write(transaction -> {
            Set<Subject> there = rejections.stream()
                    .map(rejection -> rejection.proposal().subject())
                    .distinct()
                    .filter(subject -> isThere(transaction.handle(), subject))
                    .collect(Collectors.toSet());
            rejections.stream()
                    .filter(rejection -> there.contains(rejection.proposal().subject()))
                    .forEach(rejection -> put(transaction.handle(), rejection));
            there.forEach(subject -> prune(transaction, subject));
            return rejections.size();
        });
    }

    // A user erased meanwhile leaves no words here.
    private static boolean isThere(Handle handle, Subject subject) {
        return switch (subject) {
            case Subject.OfUser(UserId user) -> SqlUsers.exists(handle, user);
            case Subject.OfItem _ -> true;
        };
    }

    private static void put(Handle handle, Rejection rejection) {
        Proposal proposal = rejection.proposal();
        @Nullable Slot slot = proposal.slot();
        handle.createUpdate(PUT)
                .bind("id", rejection.id())
                .bind("subjectType", proposal.subject().type())
                .bind("subjectId", proposal.subject().id())
                .bind("kind", proposal.kind().key())
                .bind("text", proposal.text())
                .bind("polarity", proposal.polarity())
                .bind("trust", proposal.trust().key())
                .bind("slot", slot == null ? null : slot.toString())
                .bind("quote", proposal.quote())
                .bind("source", proposal.source())
                .bind("sourceId", proposal.sourceId())
                .bind("speaker", proposal.speaker().key())
                .bind("reason", rejection.reason())
                .bind("policy", rejection.policy())
                .bind("at", Times.column(rejection.at()))
                .execute();
    }

    private static void prune(Transaction transaction, Subject subject) {
        transaction
                .handle()
                .createUpdate(PRUNE)
                .bind("type", subject.type())
                .bind("id", subject.id())
                .bind("most", MOST)
                .execute();
    }

    @Override
    public Page<Rejection> page(@Nullable Subject subject, @Nullable String cursor, int limit) {
        Require.range("limit", limit, 1, Page.MAX_LIMIT);
        @Nullable List<String> parts = Cursor.parts(LISTING, 2, cursor);
        String of = subject == null ? "1 = 1" : "subject_type = :type and subject_id = :subject";
        String from = parts == null ? "" : " and at <= :at and (at < :at or id < :id)";
        String sql = "select * from rejection where " + of + from + " order by at desc, id desc limit :limit";
        List<Rejection> rows = database.read(handle -> {
            Query query = handle.createQuery(sql).bind("limit", limit + 1);
            if (subject != null) {
                query.bind("type", subject.type()).bind("subject", subject.id());
            }
            if (parts != null) {
                query.bind("at", Cursor.number(LISTING, parts.get(0), String.valueOf(cursor)))
                        .bind("id", parts.get(1));
            }
            return query.map(SqlRejections::row).list();
        });
        return Pages.cut(rows, limit, LISTING, row -> List.of(Long.toString(Times.column(row.at())), row.id()));
    }

    private static Rejection row(ResultSet result, StatementContext context) throws SQLException {
        Row row = new Row(result);
        @Nullable String slot = row.textOrNull("slot");
        Proposal proposal = new Proposal(
                Subject.of(row.text("subject_type"), row.text("subject_id")),
                MemoryKind.ofKey(row.text("kind")),
                row.text("text"),
                row.real("polarity"),
                Trust.ofKey(row.text("trust")),
                slot == null ? null : Slot.parse(slot),
                row.text("quote"),
                row.text("source"),
                row.text("source_id"),
                Role.ofKey(row.text("speaker")));
        return new Rejection(row.text("id"), proposal, row.text("reason"), row.text("policy"), row.time("at"));
    }

    @Override
    public void judged(String id, String reason, String policy) {
        database.write(transaction -> transaction
                .handle()
                .createUpdate("update rejection set reason = :reason, policy = :policy where id = :id")
                .bind("reason", reason)
                .bind("policy", policy)
                .bind("id", id)
                .execute());
    }

    @Override
    public boolean remove(String id) {
        return database.write(transaction -> transaction
                        .handle()
                        .createUpdate("delete from rejection where id = :id")
                        .bind("id", id)
                        .execute())
                > 0;
    }
}
