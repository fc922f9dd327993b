package dev.palate.memory.sql;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.palate.memory.Page;
import dev.palate.memory.Require;
import dev.palate.memory.ShortDecimals;
import dev.palate.memory.catalog.ItemId;
import dev.palate.memory.conversation.ConversationId;
import dev.palate.memory.memory.MemoryId;
import dev.palate.memory.slate.SlateId;
import dev.palate.memory.slate.SlateRecord;
import dev.palate.memory.slate.Slates;
import dev.palate.memory.user.UserId;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jdbi.v3.core.statement.StatementContext;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.annotation.JsonSerialize;

/// The slates in table `slate`.
final class SqlSlates implements Slates {
    private static final int MAX_OF_CONVERSATION = 1_000;
    private static final String LISTING = "slates";
    private static final String OF_USER = "select * from slate where (user_id = :user"
            + " or conversation_id in (select id from conversation where user_id = :user))"
            + " and (:before = '' or id < :before) order by id desc limit :limit";
    private static final TypeReference<List<EntryState>> ENTRIES = new TypeReference<>() {};
    private static final String PUT = """
            insert into slate (id, user_id, conversation_id, at, model_version, level, entries, degraded)
            values (:id, :user, :conversation, :at, :modelVersion, :level, :entries, :degraded)
            on conflict (id) do update set user_id = excluded.user_id, conversation_id = excluded.conversation_id,
                at = excluded.at, model_version = excluded.model_version, level = excluded.level,
                entries = excluded.entries, degraded = excluded.degraded
            """;

    /// @param explored absent where nothing was drawn, as in all slates of before there was exploration
    @JsonInclude(JsonInclude.Include.NON_NULL)
    private record EntryState(
            String item,
            int rank,
            @JsonSerialize(using = ShortDecimals.One.class) double score,

            @JsonSerialize(using = ShortDecimals.ByName.class)
            Map<String, Double> parts,

            String reason,
            List<String> memories,
            @Nullable Boolean explored,
            @Nullable Double propensity) {
        static EntryState of(SlateRecord.Entry entry) {
            return new EntryState(
                    entry.item().value(),
                    entry.rank(),
                    entry.score(),
                    entry.parts(),
                    entry.reason(),
                    entry.memories().stream().map(MemoryId::value).toList(),
                    entry.explored() ? true : null,
                    entry.propensity() == 1 ? null : entry.propensity());
        }

        SlateRecord.Entry entry() {
            return new SlateRecord.Entry(
                    new ItemId(item),
                    rank,
                    score,
                    parts,
                    reason,
                    memories.stream().map(MemoryId::new).toList(),
                    explored != null && explored,
                    propensity == null ? 1 : propensity);
        }
    }

    private final Database database;

    SqlSlates(Database database) {
        this.database = database;
    }

    @Override
    public void put(SlateRecord slate) {
        @Nullable UserId user = slate.user();
        @Nullable ConversationId conversation = slate.conversation();
        // Here, not on the one thread that writes.
        String entries = Json.write(slate.entries().stream().map(EntryState::of).toList());
        String degraded = Json.write(slate.degraded());
        database.write(transaction -> transaction
                .handle()
                .createUpdate(PUT)
                .bind("id", slate.id().value())
                .bind("user", user == null ? null : user.value())
                .bind("conversation", conversation == null ? null : conversation.value())
                .bind("at", Times.column(slate.at()))
                .bind("modelVersion", slate.modelVersion())
                .bind("level", slate.level())
                .bind("entries", entries)
                .bind("degraded", degraded)
                .execute());
    }

    @Override
    public Optional<SlateRecord> slate(SlateId id) {
        return database.read(handle -> handle.createQuery("select * from slate where id = :id")
                .bind("id", id.value())
                .map(SqlSlates::row)
                .findOne());
    }

    @Override
    public Page<SlateRecord> page(UserId user, @Nullable String cursor, int limit) {
        Require.range("limit", limit, 1, Page.MAX_LIMIT);
        @Nullable List<String> parts = Cursor.parts(LISTING, 1, cursor);
        List<SlateRecord> slates = database.read(handle -> handle.createQuery(OF_USER)
                .bind("user", user.value())
                .bind("before", parts == null ? "" : parts.getFirst())
                .bind("limit", limit + 1)
                .map(SqlSlates::row)
                .list());
        return Pages.cut(slates, limit, LISTING, slate -> List.of(slate.id().value()));
    }

    @Override
    public List<SlateRecord> ofConversation(ConversationId conversation, int limit) {
        Require.range("limit", limit, 0, MAX_OF_CONVERSATION);
        List<SlateRecord> newestFirst = database.read(handle -> handle.createQuery(
                        "select * from slate where conversation_id = :id" + " order by at desc, id desc limit :limit")
                .bind("id", conversation.value())
                .bind("limit", limit)
                .map(SqlSlates::row)
                .list());
        return List.copyOf(newestFirst.reversed());
    }

    private static SlateRecord row(ResultSet result, StatementContext context) throws SQLException {
        Row row = new Row(result);
        @Nullable String user = row.textOrNull("user_id");
        @Nullable String conversation = row.textOrNull("conversation_id");
        return new SlateRecord(
                new SlateId(row.text("id")),
                user == null ? null : new UserId(user),
                conversation == null ? null : new ConversationId(conversation),
                row.time("at"),
                row.text("model_version"),
                row.text("level"),
                Json.read(row.text("entries"), ENTRIES).stream()
                        .map(EntryState::entry)
                        .toList(),
                Json.strings(row.text("degraded")));
    }
}
