package dev.palate.web.admin;

import dev.palate.memory.conversation.Conversations;
import dev.palate.memory.conversation.MessageId;
import dev.palate.memory.memory.Actor;
import dev.palate.memory.memory.Evidence;
import dev.palate.memory.memory.Memory;
import dev.palate.memory.memory.MemoryStatus;
import dev.palate.memory.memory.Revision;
import dev.palate.memory.memory.Slot;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// Turns memories and their revisions into what the memories page draws. Thread-safe.
final class MemoryCards {
    /// A memory as drawn.
    ///
    /// @param liking in words, for those who do not see the mark
    /// @param facts kind, what it speaks of, how far it is believed
    /// @param past true when it is no longer in force
    public record MemoryCard(
            String id,
            String text,
            String icon,
            String liking,
            List<Quote> quotes,
            List<String> facts,
            String changed,
            String changedAt,
            boolean muted,
            boolean locked,
            boolean past,
            boolean held,
            String status,
            long revision) {}

    /// Words it came from.
    ///
    /// @param href of the turn in its conversation, absent when that is gone
    public record Quote(String text, @Nullable String href) {}

    /// A revision as drawn.
    public record RevisionCard(
            long number,
            String who,
            String when,
            String at,
            String cause,
            boolean current,
            List<FieldChange> changes) {}

    /// What a revision changed.
    public record FieldChange(String field, String before, String after) {}

    private static final int MAX_QUOTES = 3;

    private final Conversations conversations;
    private final Slots slots;
    private final Dates dates;

    MemoryCards(Conversations conversations, Slots slots, Dates dates) {
        this.conversations = conversations;
        this.slots = slots;
        this.dates = dates;
    }

    /// The memory.
    MemoryCard card(Memory memory) {
        List<String> facts = new ArrayList<>();
        facts.add(Words.kind(memory.kind()));
        if (memory.slot() != null) {
            facts.add(slots.words(memory.slot()));
        }
        facts.add(Words.trust(memory.trust()));
        return new MemoryCard(
                memory.id().value(),
                memory.text(),
                Words.icon(memory),
                Words.liking(memory.polarity()),
                quotes(memory),
                facts,
                dates.day(memory.updatedAt()),
                memory.updatedAt().toString(),
                memory.muted(),
                memory.locked(),
                memory.status() != MemoryStatus.ACTIVE,
                memory.status() == MemoryStatus.QUARANTINED,
                Words.status(memory.status()),
                memory.revision());
    }

    /// The memory as a form starts with it.
    MemoryForm form(Memory memory) {
        Slot slot = memory.slot();
        return new MemoryForm(
                memory.text(),
                Words.liking(memory.polarity()),
                memory.kind().key(),
                slot == null ? "" : slot.facet(),
                slot == null ? "" : slots.value(slot));
    }

    /// The revisions, newest first, each with what it changed.
    List<RevisionCard> revisions(List<Revision> history) {
        List<RevisionCard> cards = new ArrayList<>();
        for (int i = history.size() - 1; i >= 0; i--) {
            Revision revision = history.get(i);
            cards.add(new RevisionCard(
                    revision.state().revision(),
                    who(revision.actor(), i == 0),
                    dates.minute(revision.recordedAt()),
                    revision.recordedAt().toString(),
                    revision.cause(),
                    i == history.size() - 1,
                    i == 0 ? List.of() : changes(history.get(i - 1).state(), revision.state())));
        }
        return cards;
    }

    private List<Quote> quotes(Memory memory) {
        Map<String, Quote> byText = new LinkedHashMap<>();
        for (Evidence evidence : memory.evidence().reversed()) {
            if (!evidence.quote().isEmpty() && byText.size() < MAX_QUOTES) {
                byText.computeIfAbsent(evidence.quote(), text -> new Quote(text, href(evidence)));
            }
        }
        return List.copyOf(byText.values());
    }

    private @Nullable String href(Evidence evidence) {
        if (!evidence.type().equals("message") || evidence.id().isEmpty()) {
            return null;
        }
        return conversations
                .message(new MessageId(evidence.id()))
                .map(message -> "/chat/" + message.conversation() + "#t-" + message.turn())
                .orElse(null);
    }

    private static String who(Actor actor, boolean first) {
        String value = actor.value();
        String name = value.startsWith("user:") || value.equals("operator:page")
                ? "You"
                : value.startsWith("operator:") ? "An operator" : value.equals("import") ? "An import" : "Palate";
        return name + (first ? " wrote it" : " changed it");
    }

    private List<FieldChange> changes(Memory before, Memory after) {
        List<FieldChange> changes = new ArrayList<>();
        add(changes, "Text", before.text(), after.text());
        add(changes, "Liking", Words.liking(before.polarity()), Words.liking(after.polarity()));
        add(changes, "Kind", Words.kind(before.kind()), Words.kind(after.kind()));
        add(changes, "About", about(before), about(after));
        add(changes, "Status", Words.status(before.status()), Words.status(after.status()));
        add(changes, "Effect", before.muted() ? "muted" : "in effect", after.muted() ? "muted" : "in effect");
        add(changes, "Lock", before.locked() ? "locked" : "open", after.locked() ? "locked" : "open");
        add(changes, "Believed", Words.trust(before.trust()), Words.trust(after.trust()));
        add(changes, "Said", said(before), said(after));
        return changes;
    }

    private String about(Memory memory) {
        return memory.slot() == null ? "nothing in particular" : slots.words(memory.slot());
    }

    private static String said(Memory memory) {
        return Words.count(memory.evidence().size(), "time", "times");
    }

    private static void add(List<FieldChange> changes, String field, String before, String after) {
        if (!Objects.equals(before, after)) {
            changes.add(new FieldChange(field, before, after));
        }
    }
}
