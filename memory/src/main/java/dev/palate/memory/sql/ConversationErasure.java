package dev.palate.memory.sql;

import dev.palate.memory.Milestone;
import dev.palate.memory.conversation.ConversationId;
import dev.palate.memory.erase.ErasurePlace;
import dev.palate.memory.erase.ErasureReceipt;
import dev.palate.memory.job.JobId;
import dev.palate.memory.memory.Subject;
import dev.palate.memory.user.UserId;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.type.TypeReference;

/// A conversation that is erased: its rows, what gates refused of its messages, and the reasons on the lists it
/// showed.
/// The lists themselves stay with the user, without saying where they were shown, since interactions name them;
/// those
/// of nobody go. Holds the row as it stands; used by one run.
final class ConversationErasure extends ErasureTarget {
    private static final TypeReference<List<LinkedHashMap<String, Object>>> ENTRIES = new TypeReference<>() {};
    private static final String MESSAGES = "select id from message where conversation_id = :conversation";
    private static final String PARTS = "select part_id from erasure_part where erasure_id = :job and type = 'message'";
    private static final String REFUSED =
            "subject_type = 'user' and subject_id = :owner and source_id in (" + PARTS + ")";
    private static final String SLATES = "slates of the conversation";
    private static final String RESTING =
            "select count(distinct memory_id) from memory_evidence where type = 'message' and id in (" + PARTS + ")";

    private final @Nullable ConversationId conversation;

    ConversationErasure(ErasureParts parts, ErasureRows.Stored stored) {
        super(parts, List.of(stored));
        String id = stored.subjectId();
        conversation = id == null ? null : new ConversationId(id);
    }

    private ConversationId conversation() {
        return Objects.requireNonNull(conversation);
    }

    private UserId owner() {
        return switch (Objects.requireNonNull(stored().getFirst().about())) {
            case Subject.OfUser(UserId user) -> user;
            case Subject.OfItem item -> throw new IllegalStateException("a conversation is a user's, was " + item);
        };
    }

    /// Deletes the conversation and notes the rest, in one commit.
    ///
    /// @param done steps that need not be done
    /// @return absent when there was none of this id
    static Optional<JobId> begin(ErasureParts parts, ConversationId id, List<ErasureRows.Step> done) {
        Optional<JobId> begun = parts.database().write(transaction -> {
            Handle handle = transaction.handle();
            Optional<UserId> owner = handle.createQuery("select user_id from conversation where id = :id")
                    .bind("id", id.value())
                    .mapTo(String.class)
                    .findOne()
                    .map(UserId::new);
            if (owner.isEmpty()) {
                return Optional.empty();
            }
            Set<String> messages = new TreeSet<>(handle.createQuery(MESSAGES)
                    .bind("conversation", id.value())
                    .mapTo(String.class)
                    .list());
            List<ErasureRows.Step> steps = new ArrayList<>(done);
            steps.add(ErasureRows.Step.table(
                    "rejection",
                    handle.createUpdate("delete from rejection where subject_type = 'user' and subject_id = :owner"
                                    + " and source_id in (" + MESSAGES + ")")
                            .bind("owner", owner.get().value())
                            .bind("conversation", id.value())
                            .execute()));
            steps.add(ErasureRows.Step.table(
                    "turn_trace", delete(handle, "turn_trace", "conversation_id = :conversation", id)));
            steps.add(ErasureRows.Step.table(
                    "message", delete(handle, "message", "conversation_id = :conversation", id)));
            steps.add(ErasureRows.Step.table("conversation", delete(handle, "conversation", "id = :conversation", id)));
            steps.add(new ErasureRows.Step(SLATES, slates(handle, id), List.of()));
            JobId job = new JobId(parts.ids().next());
            ErasureRows.insert(transaction, job, id, owner.get(), steps);
            ErasureRows.parts(handle, job, Map.of("message", messages));
            return Optional.of(job);
        });
        Milestone.ERASURE_BEGUN.reached();
        return begun;
    }

    private static long delete(Handle handle, String table, String condition, ConversationId id) {
        return handle.createUpdate("delete from " + table + " where " + condition)
                .bind("conversation", id.value())
                .execute();
    }

    /// Takes the conversation and the reasons off its slates.
    private static long slates(Handle handle, ConversationId id) {
        long gone = delete(handle, "slate", "conversation_id = :conversation and user_id is null", id);
        List<Map.Entry<String, String>> kept = handle.createQuery(
                        "select id, entries from slate where conversation_id = :conversation")
                .bind("conversation", id.value())
                .map((result, context) -> Map.entry(result.getString(1), result.getString(2)))
                .list();
        kept.forEach(slate -> handle.createUpdate(
                        "update slate set conversation_id = null, entries = :entries where id = :id")
                .bind("id", slate.getKey())
                .bind("entries", withoutReasons(slate.getValue()))
                .execute());
        return gone + kept.size();
    }

    private static String withoutReasons(String entries) {
        List<LinkedHashMap<String, Object>> read = Json.read(entries, ENTRIES);
        read.forEach(entry -> entry.put("reason", ""));
        return Json.write(read);
    }

    @Override
    long erase(ErasurePlace place) {
        return place.erase(conversation());
    }

    @Override
    long remaining(ErasurePlace place) {
        return place.remaining(conversation());
    }

    @Override
    boolean concerns(ErasurePlace place) {
        return place.holdsConversations();
    }

    @Override
    List<ErasureRows.Step> follow() {
        return List.of();
    }

    /// What a turn under way kept of it meanwhile.
    @Override
    long deleteAgain() {
        return parts.database().write(transaction -> {
            Handle handle = transaction.handle();
            JobId job = jobs().getFirst();
            return slates(handle, conversation())
                    + handle.createUpdate("delete from rejection where " + REFUSED)
                            .bind("job", job.value())
                            .bind("owner", owner().value())
                            .execute();
        });
    }

    @Override
    List<ErasureReceipt.Place> ask(Handle handle, ErasureRows.Stored erasure) {
        List<ErasureReceipt.Place> places = new ArrayList<>();
        for (ErasureRows.Step step : erasure.steps()) {
            step.table()
                    .ifPresent(table -> places.add(
                            new ErasureReceipt.Place(step.name(), step.removed(), count(handle, table, erasure))));
        }
        places.add(new ErasureReceipt.Place(SLATES, removed(erasure, SLATES), count(handle, "slate", erasure)));
        return places;
    }

    private long count(Handle handle, String table, ErasureRows.Stored erasure) {
        if (table.equals("rejection")) {
            return handle.createQuery("select count(*) from rejection where " + REFUSED)
                    .bind("job", erasure.job().value())
                    .bind("owner", owner().value())
                    .mapTo(Long.class)
                    .one();
        }
        String column = table.equals("conversation") ? "id" : "conversation_id";
        return handle.createQuery("select count(*) from " + table + " where " + column + " = :conversation")
                .bind("conversation", conversation().value())
                .mapTo(Long.class)
                .one();
    }

    @Override
    void dropFeed(Transaction transaction) {
        // Conversations are not in the feed.
    }

    @Override
    List<String> notes(Handle handle, ErasureRows.Stored one) {
        long resting = handle.createQuery(RESTING)
                .bind("job", one.job().value())
                .mapTo(Long.class)
                .one();
        return resting == 0
                ? List.of()
                : List.of("memories made of its messages stay, with the words they quote: " + resting
                        + "; delete them to forget these too");
    }
}
