package dev.palate.memory.sql;

import dev.palate.memory.Ids;
import dev.palate.memory.MemoryException;
import dev.palate.memory.MemoryException.Code;
import dev.palate.memory.Page;
import dev.palate.memory.Require;
import dev.palate.memory.conversation.Conversation;
import dev.palate.memory.conversation.ConversationId;
import dev.palate.memory.conversation.Conversations;
import dev.palate.memory.conversation.Message;
import dev.palate.memory.conversation.MessageId;
import dev.palate.memory.conversation.Role;
import dev.palate.memory.conversation.TurnId;
import dev.palate.memory.slate.SlateId;
import dev.palate.memory.user.UserId;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.BiConsumer;
import org.jdbi.v3.core.statement.StatementContext;
import org.jspecify.annotations.Nullable;

/// The conversations in tables `conversation` and `message`.
final class SqlConversations implements Conversations {
    private static final int MAX_LATEST = 1_000;
    private static final String START = """
            insert into conversation (id, user_id, title, state, created_at, updated_at, last_sequence)
            values (:id, :user, '', '', :at, :at, 0)
            """;
    private static final String APPEND = """
            insert into message (id, conversation_id, turn_id, sequence, role, text, slate_id, level, at)
            values (:id, :conversation, :turn, :sequence, :role, :text, :slate, :level, :at)
            """;

    private final Database database;
    private final Ids ids;

    SqlConversations(Database database, Ids ids) {
        this.database = database;
        this.ids = ids;
    }

    @Override
    public Conversation start(UserId user) {
        return start(user, SqlUsers::ensure);
    }

    @Override
    public Conversation startOfKnown(UserId user) {
        return start(user, SqlUsers::require);
    }

    private Conversation start(UserId user, BiConsumer<Transaction, UserId> before) {
        ConversationId id = new ConversationId(ids.next());
        return database.write(transaction -> {
            before.accept(transaction, user);
            Instant now = transaction.now();
            transaction
                    .handle()
                    .createUpdate(START)
                    .bind("id", id.value())
                    .bind("user", user.value())
                    .bind("at", Times.column(now))
                    .execute();
            return new Conversation(id, user, "", "", now, now);
        });
    }

    @Override
    public Optional<Conversation> conversation(ConversationId id) {
        return database.read(handle -> handle.createQuery("select * from conversation where id = :id")
                .bind("id", id.value())
                .map(SqlConversations::row)
                .findOne());
    }

    @Override
    public Page<Conversation> page(UserId user, @Nullable String cursor, int limit) {
        Require.range("limit", limit, 1, Page.MAX_LIMIT);
        @Nullable List<String> parts = Cursor.parts("conversations", 2, cursor);
        long at = parts == null ? Long.MAX_VALUE : Cursor.number("conversations", parts.get(0), String.valueOf(cursor));
        List<Conversation> conversations = database.read(
                handle -> handle.createQuery("select * from conversation where user_id = :user and updated_at <= :at"
                                + " and (updated_at < :at or id < :id) order by updated_at desc, id desc limit :limit")
                        .bind("user", user.value())
                        .bind("at", at)
                        .bind("id", parts == null ? "" : parts.get(1))
                        .bind("limit", limit + 1)
                        .map(SqlConversations::row)
                        .list());
        return Pages.cut(
                conversations,
                limit,
                "conversations",
                conversation -> List.of(
                        Long.toString(Times.column(conversation.updatedAt())),
                        conversation.id().value()));
    }

    @Override
    public Message append(
            ConversationId conversation,
            TurnId turn,
            Role role,
            String text,
            @Nullable SlateId slate,
            @Nullable String level) {
        MessageId id = new MessageId(ids.next());
        Require.text("message", text, 1, Message.MAX_TEXT);
        return database.write(transaction -> {
            Instant now = transaction.now();
            long sequence = nextSequence(transaction, conversation, now);
            Message message = new Message(id, conversation, turn, sequence, role, text, slate, level, now);
            insert(transaction, message);
            return message;
        });
    }

    private static long nextSequence(Transaction transaction, ConversationId conversation, Instant now) {
        int found = transaction
                .handle()
                .createUpdate("update conversation set last_sequence = last_sequence + 1, updated_at = :at"
                        + " where id = :id")
                .bind("id", conversation.value())
                .bind("at", Times.column(now))
                .execute();
        if (found == 0) {
            throw missing(conversation);
        }
        return transaction
                .handle()
                .createQuery("select last_sequence from conversation where id = :id")
                .bind("id", conversation.value())
                .mapTo(Long.class)
                .one();
    }

    private static MemoryException missing(ConversationId conversation) {
        return new MemoryException(
                Code.NOT_FOUND, "conversation " + conversation.value() + " does not exist; start one first");
    }

    private static void insert(Transaction transaction, Message message) {
        @Nullable SlateId slate = message.slate();
        transaction
                .handle()
                .createUpdate(APPEND)
                .bind("id", message.id().value())
                .bind("conversation", message.conversation().value())
                .bind("turn", message.turn().value())
                .bind("sequence", message.sequence())
                .bind("role", message.role().key())
                .bind("text", message.text())
                .bind("slate", slate == null ? null : slate.value())
                .bind("level", message.level())
                .bind("at", Times.column(message.at()))
                .execute();
    }

    @Override
    public List<Message> latest(ConversationId conversation, int limit) {
        Require.range("limit", limit, 0, MAX_LATEST);
        List<Message> newestFirst = database.read(handle -> handle.createQuery(
                        "select * from message where conversation_id = :id" + " order by sequence desc limit :limit")
                .bind("id", conversation.value())
                .bind("limit", limit)
                .map(SqlConversations::message)
                .list());
        return List.copyOf(newestFirst.reversed());
    }

    @Override
    public Optional<Message> message(MessageId id) {
        return database.read(handle -> handle.createQuery("select * from message where id = :id")
                .bind("id", id.value())
                .map(SqlConversations::message)
                .findOne());
    }

    @Override
    public Page<Message> messages(ConversationId conversation, @Nullable String cursor, int limit) {
        Require.range("limit", limit, 1, Page.MAX_LIMIT);
        @Nullable List<String> parts = Cursor.parts("messages", 1, cursor);
        long after = parts == null ? 0 : Cursor.number("messages", parts.getFirst(), String.valueOf(cursor));
        List<Message> messages = database.read(
                handle -> handle.createQuery("select * from message where conversation_id = :id and sequence > :after"
                                + " order by sequence limit :limit")
                        .bind("id", conversation.value())
                        .bind("after", after)
                        .bind("limit", limit + 1)
                        .map(SqlConversations::message)
                        .list());
        return Pages.cut(messages, limit, "messages", message -> List.of(Long.toString(message.sequence())));
    }

    @Override
    public void keep(ConversationId conversation, String state, @Nullable String title) {
        Require.range("length of the conversation state", state.length(), 0, 65_536);
        Require.text("conversation title", title == null ? "" : title, 0, 120);
        database.write(transaction -> {
            int found = transaction
                    .handle()
                    .createUpdate("update conversation set state = :state, title = coalesce(:title, title),"
                            + " updated_at = :at where id = :id")
                    .bind("id", conversation.value())
                    .bind("state", state)
                    .bind("title", title)
                    .bind("at", Times.column(transaction.now()))
                    .execute();
            if (found == 0) {
                throw missing(conversation);
            }
            return found;
        });
    }

    private static Conversation row(ResultSet result, StatementContext context) throws SQLException {
        Row row = new Row(result);
        return new Conversation(
                new ConversationId(row.text("id")),
                new UserId(row.text("user_id")),
                row.text("title"),
                row.text("state"),
                row.time("created_at"),
                row.time("updated_at"));
    }

    private static Message message(ResultSet result, StatementContext context) throws SQLException {
        Row row = new Row(result);
        @Nullable String slate = row.textOrNull("slate_id");
        return new Message(
                new MessageId(row.text("id")),
                new ConversationId(row.text("conversation_id")),
                new TurnId(row.text("turn_id")),
                row.number("sequence"),
                Role.ofKey(row.text("role")),
                row.text("text"),
                slate == null ? null : new SlateId(slate),
                row.textOrNull("level"),
                row.time("at"));
    }
}
