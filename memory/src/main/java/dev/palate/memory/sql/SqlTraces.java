package dev.palate.memory.sql;

import dev.palate.memory.Page;
import dev.palate.memory.Require;
import dev.palate.memory.conversation.ConversationId;
import dev.palate.memory.conversation.MessageId;
import dev.palate.memory.conversation.TurnId;
import dev.palate.memory.memory.MemoryId;
import dev.palate.memory.slate.SlateId;
import dev.palate.memory.trace.TraceHead;
import dev.palate.memory.trace.TraceStep;
import dev.palate.memory.trace.Traces;
import dev.palate.memory.trace.TurnTrace;
import dev.palate.memory.user.UserId;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.StatementContext;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.type.TypeReference;

/// The traces in table `turn_trace`.
final class SqlTraces implements Traces {
    private static final int MOST_TRIMMED = 1_000;
    private static final String OF_TALK = "turns";
    private static final String OF_USER = "traces";
    static final TypeReference<List<TraceStep>> STEPS = new TypeReference<>() {};
    private static final String HEAD = "turn_id, conversation_id, user_id, message_id, at, intent, level, finish,"
            + " micros, model, model_version, change_number, slate_id, tokens";
    // The conversation holds the user, too: what comes after an erasure makes nothing.
    private static final String PUT = """
            insert into turn_trace (turn_id, conversation_id, user_id, message_id, at, intent, level, finish, micros,
                model, model_version, change_number, slate_id, tokens, written, redacted, steps)
            select :turn, c.id, c.user_id, :message, :at, :intent, :level, :finish, :micros, :model, :version, :change,
                :slate, :tokens, :written, :redacted, :steps
            from conversation c where c.id = :conversation and c.user_id = :user
            on conflict (turn_id) do nothing
            """;

    private final Database database;
    private final ChunkSize chunks = new ChunkSize();

    SqlTraces(Database database) {
        this.database = database;
    }

    /// A trace as its row has it, made before the one thread that writes is asked.
    private record Line(TurnTrace trace, String tokens, String written, String steps) {
        static Line of(TurnTrace trace) {
            return new Line(
                    trace,
                    Json.write(trace.head().tokens()),
                    Json.write(trace.written().stream()
                            .map(MemoryId::value)
                            .sorted()
                            .toList()),
                    Json.write(trace.steps()));
        }
    }

    @Override
    public int put(List<TurnTrace> traces) {
        List<Line> rows = traces.stream().map(Line::of).toList();
        Set<String> named = new HashSet<>();
        traces.forEach(trace -> {
            trace.read().forEach(id -> named.add(id.value()));
            trace.written().forEach(id -> named.add(id.value()));
        });
        return database.write(transaction -> {
            Set<String> gone = gone(transaction.handle(), named);
            int kept = 0;
            for (Line row : rows) {
                kept += put(transaction.handle(), row, gone);
            }
            return kept;
        });
    }

    private static Set<String> gone(Handle handle, Set<String> named) {
        Set<String> gone = new HashSet<>(named);
        List<String> all = List.copyOf(named);
        for (int from = 0; from < all.size(); from += 500) {
            handle.createQuery("select id from memory where id in (<ids>)")
                    .bindList("ids", all.subList(from, Math.min(all.size(), from + 500)))
                    .mapTo(String.class)
                    .forEach(gone::remove);
        }
        return gone;
    }

    private static int put(Handle handle, Line row, Set<String> gone) {
        TurnTrace trace = row.trace;
        if (trace.written().stream().anyMatch(id -> gone.contains(id.value()))) {
            return 0;
        }
        int erased = (int)
                trace.read().stream().filter(id -> gone.contains(id.value())).count();
        TraceHead head = trace.head();
        @Nullable SlateId slate = head.slate();
        return handle.createUpdate(PUT)
                .bind("turn", head.turn().value())
                .bind("conversation", head.conversation().value())
                .bind("user", head.user().value())
                .bind("message", head.message().value())
                .bind("at", Times.column(head.at()))
                .bind("intent", head.intent())
                .bind("level", head.level())
                .bind("finish", head.finish())
                .bind("micros", head.micros())
                .bind("model", head.model())
                .bind("version", head.modelVersion())
                .bind("change", head.changeNumber())
                .bind("slate", slate == null ? null : slate.value())
                .bind("tokens", row.tokens)
                .bind("written", row.written)
                .bind("redacted", (long) trace.redacted() + erased)
                .bind(
                        "steps",
                        erased == 0
                                ? row.steps
                                : Json.write(trace.redacted(erased).steps()))
                .execute();
    }

    @Override
    public Optional<TurnTrace> trace(TurnId turn) {
        return database.read(handle -> handle.createQuery("select * from turn_trace where turn_id = :id")
                .bind("id", turn.value())
                .map(SqlTraces::row)
                .findOne());
    }

    @Override
    public Optional<TurnId> ofSlate(SlateId slate) {
        return database.read(handle -> handle.createQuery(
                        "select turn_id from turn_trace where slate_id = :id order by turn_id limit 1")
                .bind("id", slate.value())
                .mapTo(String.class)
                .findOne()
                .map(TurnId::new));
    }

    @Override
    public Page<TraceHead> page(ConversationId conversation, @Nullable String cursor, int limit) {
        Require.range("limit", limit, 1, Page.MAX_LIMIT);
        @Nullable List<String> parts = Cursor.parts(OF_TALK, 1, cursor);
        List<TraceHead> heads = database.read(handle -> handle.createQuery("select " + HEAD + " from turn_trace"
                        + " where conversation_id = :conversation and (:before = '' or turn_id < :before)"
                        + " order by turn_id desc limit :limit")
                .bind("conversation", conversation.value())
                .bind("before", parts == null ? "" : parts.getFirst())
                .bind("limit", limit + 1)
                .map(SqlTraces::head)
                .list());
        return Pages.cut(heads, limit, OF_TALK, head -> List.of(head.turn().value()));
    }

    @Override
    public Page<TurnTrace> page(UserId user, @Nullable String cursor, int limit) {
        Require.range("limit", limit, 1, Page.MAX_LIMIT);
        @Nullable List<String> parts = Cursor.parts(OF_USER, 1, cursor);
        List<TurnTrace> traces = database.read(handle -> handle.createQuery("select * from turn_trace"
                        + " where user_id = :user and (:before = '' or turn_id < :before)"
                        + " order by turn_id desc limit :limit")
                .bind("user", user.value())
                .bind("before", parts == null ? "" : parts.getFirst())
                .bind("limit", limit + 1)
                .map(SqlTraces::row)
                .list());
        return Pages.cut(
                traces, limit, OF_USER, trace -> List.of(trace.head().turn().value()));
    }

    @Override
    public long count() {
        return database.read(handle -> handle.createQuery("select count(*) from turn_trace")
                .mapTo(Long.class)
                .one());
    }

    @Override
    public int trim(long most) {
        long beyond = Math.min(MOST_TRIMMED, count() - most);
        if (beyond <= 0) {
            return 0;
        }
        List<String> oldest = database.read(
                handle -> handle.createQuery("select turn_id from turn_trace order by at, turn_id limit :most")
                        .bind("most", beyond)
                        .mapTo(String.class)
                        .list());
        return database.writeRows(
                chunks,
                oldest,
                (transaction, part) -> transaction
                        .handle()
                        .createUpdate("delete from turn_trace where turn_id in (<ids>)")
                        .bindList("ids", part)
                        .execute());
    }

    private static TraceHead head(ResultSet result, StatementContext context) throws SQLException {
        Row row = new Row(result);
        @Nullable String slate = row.textOrNull("slate_id");
        return new TraceHead(
                new TurnId(row.text("turn_id")),
                new ConversationId(row.text("conversation_id")),
                new UserId(row.text("user_id")),
                new MessageId(row.text("message_id")),
                row.time("at"),
                row.text("intent"),
                row.text("level"),
                row.text("finish"),
                row.number("micros"),
                row.text("model"),
                row.text("model_version"),
                row.number("change_number"),
                slate == null ? null : new SlateId(slate),
                Json.read(row.text("tokens"), TraceHead.Tokens.class));
    }

    private static TurnTrace row(ResultSet result, StatementContext context) throws SQLException {
        Row row = new Row(result);
        List<TraceStep> steps = new ArrayList<>(Json.read(row.text("steps"), STEPS));
        Set<MemoryId> written = new HashSet<>();
        Json.strings(row.text("written")).forEach(id -> written.add(new MemoryId(id)));
        return new TurnTrace(head(result, context), steps, Set.of(), written, (int) row.number("redacted"));
    }
}
