package dev.palate.web.user;

import dev.palate.agent.turn.OwnSteps;
import dev.palate.memory.Page;
import dev.palate.memory.access.ApiKey;
import dev.palate.memory.access.ApiKeys;
import dev.palate.memory.conversation.Conversation;
import dev.palate.memory.conversation.ConversationId;
import dev.palate.memory.conversation.Conversations;
import dev.palate.memory.conversation.Message;
import dev.palate.memory.gate.Consents;
import dev.palate.memory.gate.Proposal;
import dev.palate.memory.gate.Rejection;
import dev.palate.memory.gate.Rejections;
import dev.palate.memory.gate.SensitiveClass;
import dev.palate.memory.interaction.Feedback;
import dev.palate.memory.interaction.Interaction;
import dev.palate.memory.interaction.Interactions;
import dev.palate.memory.memory.Memories;
import dev.palate.memory.memory.Memory;
import dev.palate.memory.memory.MemoryFilter;
import dev.palate.memory.memory.MemoryId;
import dev.palate.memory.memory.Revision;
import dev.palate.memory.memory.Subject;
import dev.palate.memory.slate.SlateRecord;
import dev.palate.memory.slate.Slates;
import dev.palate.memory.theme.ThemeWeights;
import dev.palate.memory.trace.TraceHead;
import dev.palate.memory.trace.TraceStep;
import dev.palate.memory.trace.Traces;
import dev.palate.memory.trace.TurnTrace;
import dev.palate.memory.user.User;
import dev.palate.memory.user.UserId;
import java.io.OutputStream;
import java.time.InstantSource;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.stereotype.Component;
import tools.jackson.core.JsonGenerator;
import tools.jackson.databind.json.JsonMapper;

/// Everything that is kept of a user, as one JSON object, written as it is read: besides one page, only the ids of the
/// user's memories and conversations are in memory. Pages are of different moments, so what is written or erased
/// while it runs may or may not be there. Thread-safe.
@Component
final class UserExport {
    /// The version of the form; goes up when a field changes its meaning or goes.
    static final int VERSION = 1;

    private static final int PAGE = 200;
    private static final JsonMapper JSON = new JsonMapper();

    private final Stores stores;
    private final JsonMapper json;
    private final InstantSource clock;

    @Autowired
    UserExport(
            Consents consents,
            Interactions interactions,
            Memories memories,
            Conversations conversations,
            Slates slates,
            Rejections rejections,
            ApiKeys apiKeys,
            ThemeWeights themes,
            Traces traces,
            JsonMapper json,
            InstantSource clock) {
        this(
                new Stores(
                        consents, interactions, memories, conversations, slates, rejections, apiKeys, themes, traces),
                json,
                clock);
    }

    private UserExport(Stores stores, JsonMapper json, InstantSource clock) {
        this.stores = stores;
        this.json = json;
        this.clock = clock;
    }

    /// What is read.
    record Stores(
            Consents consents,
            Interactions interactions,
            Memories memories,
            Conversations conversations,
            Slates slates,
            Rejections rejections,
            ApiKeys apiKeys,
            ThemeWeights themes,
            Traces traces) {}

    private interface Pages<T> {
        Page<T> page(@Nullable String cursor);
    }

    /// Writes the export. Without `complete` at its end it was cut short.
    void write(User user, OutputStream out) {
        UserId id = user.id();
        Subject subject = new Subject.OfUser(id);
        try (JsonGenerator to = json.createGenerator(out)) {
            to.writeStartObject();
            to.writeNumberProperty("palate_export", VERSION);
            to.writeStringProperty("user_id", id.value());
            to.writePOJOProperty("made_at", clock.instant());
            to.writePOJOProperty("user", user(user));
            to.writePOJOProperty(
                    "consents",
                    stores.consents().of(id).stream()
                            .map(SensitiveClass::key)
                            .sorted()
                            .toList());
            array(to, "interactions", cursor -> stores.interactions().page(id, cursor, PAGE), UserExport::interaction);
            memories(to, subject);
            to.writePOJOProperty("themes", stores.themes().counted(subject));
            conversations(to, id);
            array(to, "slates", cursor -> stores.slates().page(id, cursor, PAGE), UserExport::slate);
            array(to, "traces", cursor -> stores.traces().page(id, cursor, PAGE), UserExport::trace);
            array(to, "rejections", cursor -> stores.rejections().page(subject, cursor, PAGE), UserExport::rejection);
            to.writePOJOProperty(
                    "api_keys",
                    stores.apiKeys().of(id).stream().map(UserExport::key).toList());
            to.writeBooleanProperty("complete", true);
            to.writeEndObject();
        }
    }

    private static <T> void array(
            JsonGenerator to, String name, Pages<T> pages, Function<T, Map<String, @Nullable Object>> form) {
        to.writeArrayPropertyStart(name);
        @Nullable String cursor = null;
        do {
            Page<T> page = pages.page(cursor);
            page.items().forEach(item -> to.writePOJO(form.apply(item)));
            cursor = page.nextCursor();
        } while (cursor != null);
        to.writeEndArray();
    }

    /// The ids of a listing whose newest change stands first: what changes meanwhile moves to the front, so that is
    /// read again until it holds nothing new.
    private static <T, I> Collection<I> ids(Pages<T> pages, Function<T, I> idOf) {
        Set<I> ids = new LinkedHashSet<>();
        boolean news = true;
        while (news) {
            news = false;
            @Nullable String cursor = null;
            boolean first = ids.isEmpty();
            do {
                Page<T> page = pages.page(cursor);
                boolean fresh = false;
                for (T item : page.items()) {
                    fresh |= ids.add(idOf.apply(item));
                }
                news |= fresh;
                cursor = fresh || first ? page.nextCursor() : null;
            } while (cursor != null);
        }
        return ids;
    }

    private void memories(JsonGenerator to, Subject subject) {
        MemoryFilter all = new MemoryFilter(subject, Set.of(), Set.of(), null);
        to.writeArrayPropertyStart("memories");
        for (MemoryId id : ids(cursor -> stores.memories().page(all, cursor, PAGE), Memory::id)) {
            List<Revision> history = stores.memories().history(id);
            if (!history.isEmpty()) {
                to.writeStartObject();
                to.writeStringProperty("id", id.value());
                to.writeArrayPropertyStart("revisions");
                history.forEach(revision -> to.writePOJO(revision(revision)));
                to.writeEndArray();
                to.writeEndObject();
            }
        }
        to.writeEndArray();
    }

    private void conversations(JsonGenerator to, UserId user) {
        to.writeArrayPropertyStart("conversations");
        for (ConversationId id : ids(cursor -> stores.conversations().page(user, cursor, PAGE), Conversation::id)) {
            stores.conversations().conversation(id).ifPresent(conversation -> {
                to.writeStartObject();
                to.writeStringProperty("id", id.value());
                to.writeStringProperty("title", conversation.title());
                to.writeStringProperty("state", conversation.state());
                to.writePOJOProperty("created_at", conversation.createdAt());
                to.writePOJOProperty("updated_at", conversation.updatedAt());
                array(to, "messages", cursor -> stores.conversations().messages(id, cursor, PAGE), UserExport::message);
                to.writeEndObject();
            });
        }
        to.writeEndArray();
    }

    private static Map<String, @Nullable Object> user(User user) {
        Map<String, @Nullable Object> form = new LinkedHashMap<>();
        form.put("id", user.id().value());
        form.put("name", user.name());
        form.put("created_at", user.createdAt());
        form.put("imported", user.imported());
        return form;
    }

    private static Map<String, @Nullable Object> interaction(Interaction interaction) {
        Map<String, @Nullable Object> form = new LinkedHashMap<>();
        form.put("id", interaction.id().value());
        form.put("item_id", interaction.item().value());
        form.put("type", interaction.feedback().type());
        form.put("value", interaction.feedback() instanceof Feedback.Rated rated ? rated.stars() : null);
        form.put("at", interaction.at());
        form.put("recommendation_id", text(interaction.slate()));
        return form;
    }

    private static Map<String, @Nullable Object> revision(Revision revision) {
        Memory state = revision.state();
        Map<String, @Nullable Object> form = new LinkedHashMap<>();
        form.put("revision", state.revision());
        form.put("actor", revision.actor().value());
        form.put("cause", revision.cause());
        form.put("recorded_at", revision.recordedAt());
        form.put("memory", state.text());
        form.put("kind", state.kind().key());
        form.put("polarity", state.polarity());
        form.put("strength", state.strength());
        form.put("confidence", state.confidence());
        form.put("trust", state.trust().key());
        form.put("slot", text(state.slot()));
        form.put("evidence", state.evidence());
        form.put("valid_from", state.validFrom());
        form.put("valid_to", state.validTo());
        form.put("superseded_by", text(state.supersededBy()));
        form.put("status", state.status().key());
        form.put("muted", state.muted());
        form.put("locked", state.locked());
        form.put("language", state.language());
        form.put("created_at", state.createdAt());
        form.put("updated_at", state.updatedAt());
        return form;
    }

    private static Map<String, @Nullable Object> message(Message message) {
        Map<String, @Nullable Object> form = new LinkedHashMap<>();
        form.put("id", message.id().value());
        form.put("turn_id", message.turn().value());
        form.put("role", message.role().key());
        form.put("content", message.text());
        form.put("recommendation_id", text(message.slate()));
        form.put("model_level", message.level());
        form.put("at", message.at());
        return form;
    }

    private static Map<String, @Nullable Object> slate(SlateRecord slate) {
        Map<String, @Nullable Object> form = new LinkedHashMap<>();
        form.put("id", slate.id().value());
        form.put("conversation_id", text(slate.conversation()));
        form.put("at", slate.at());
        form.put("model_version", slate.modelVersion());
        form.put("model_level", slate.level());
        form.put("items", slate.entries().stream().map(UserExport::entry).toList());
        form.put("degraded", slate.degraded());
        return form;
    }

    private static Map<String, @Nullable Object> entry(SlateRecord.Entry entry) {
        Map<String, @Nullable Object> form = new LinkedHashMap<>();
        form.put("item_id", entry.item().value());
        form.put("rank", entry.rank());
        form.put("score", entry.score());
        form.put("parts", entry.parts());
        form.put("reason", entry.reason());
        form.put("memory_ids", entry.memories().stream().map(MemoryId::value).toList());
        form.put("explored", entry.explored());
        form.put("propensity", entry.propensity());
        return form;
    }

    private static Map<String, @Nullable Object> trace(TurnTrace trace) {
        TraceHead head = trace.head();
        Map<String, @Nullable Object> form = new LinkedHashMap<>();
        form.put("turn_id", head.turn().value());
        form.put("conversation_id", head.conversation().value());
        form.put("message_id", head.message().value());
        form.put("at", head.at());
        form.put("intent", head.intent());
        form.put("model_level", head.level());
        form.put("finish_reason", head.finish());
        form.put("micros", head.micros());
        form.put("model", head.model());
        form.put("model_version", head.modelVersion());
        form.put("recommendation_id", text(head.slate()));
        form.put("erased_memories", trace.redacted());
        form.put(
                "steps",
                trace.steps().stream().map(OwnSteps::of).map(UserExport::step).toList());
        return form;
    }

    private static Map<String, @Nullable Object> step(TraceStep step) {
        Map<String, @Nullable Object> form = new LinkedHashMap<>();
        form.put("name", step.name());
        form.put("start_micros", step.startMicros());
        form.put("micros", step.micros());
        form.put("input", JSON.readTree(step.input()));
        form.put("output", JSON.readTree(step.output()));
        form.put("cut", step.cut());
        return form;
    }

    private static Map<String, @Nullable Object> rejection(Rejection rejection) {
        Proposal proposal = rejection.proposal();
        Map<String, @Nullable Object> form = new LinkedHashMap<>();
        form.put("id", rejection.id());
        form.put("text", proposal.text());
        form.put("quote", proposal.quote());
        form.put("said", proposal.source());
        form.put("message_id", proposal.sourceId());
        form.put("slot", text(proposal.slot()));
        form.put("reason", rejection.reason());
        form.put("at", rejection.at());
        return form;
    }

    private static Map<String, @Nullable Object> key(ApiKey key) {
        Map<String, @Nullable Object> form = new LinkedHashMap<>();
        form.put("id", key.id().value());
        form.put("name", key.name());
        form.put("role", key.role().key());
        form.put("created_at", key.createdAt());
        form.put("expires_at", key.expiresAt());
        form.put("revoked_at", key.revokedAt());
        return form;
    }

    private static @Nullable String text(@Nullable Object id) {
        return id == null ? null : id.toString();
    }
}
