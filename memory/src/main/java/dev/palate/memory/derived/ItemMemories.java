package dev.palate.memory.derived;

import dev.palate.memory.catalog.Item;
import dev.palate.memory.catalog.ItemId;
import dev.palate.memory.conversation.Role;
import dev.palate.memory.gate.GateContext;
import dev.palate.memory.gate.InjectionGate;
import dev.palate.memory.gate.Proposal;
import dev.palate.memory.gate.Verdict;
import dev.palate.memory.index.ItemText;
import dev.palate.memory.memory.Actor;
import dev.palate.memory.memory.Memories;
import dev.palate.memory.memory.Memory;
import dev.palate.memory.memory.MemoryId;
import dev.palate.memory.memory.MemoryKind;
import dev.palate.memory.memory.Revision;
import dev.palate.memory.memory.Subject;
import dev.palate.memory.memory.Trust;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// Two memories of an item: what the catalog says of it, and how it is received. Each has one id for ever, so there is
/// never a second of it; what an operator edited or locked is left as it is. Used by one thread.
final class ItemMemories {
    private static final InjectionGate INJECTION = new InjectionGate();

    private final DerivedParts parts;

    /// What a derived memory is to say.
    private record Content(MemoryKind kind, Trust trust, String text, double polarity, double strength) {
        boolean in(Memory memory) {
            return memory.text().equals(text)
                    && memory.polarity() == polarity
                    && memory.kind() == kind
                    && memory.strength() == strength;
        }
    }

    ItemMemories(DerivedParts parts) {
        this.parts = parts;
    }

    /// The id of what the catalog says of the item.
    static MemoryId traitOf(ItemId item) {
        return id("trait", item);
    }

    /// The id of how the item is received.
    static MemoryId receptionOf(ItemId item) {
        return id("reception", item);
    }

    private static MemoryId id(String which, ItemId item) {
        byte[] name = ("palate item " + which + ' ' + item.value()).getBytes(StandardCharsets.UTF_8);
        return new MemoryId(UUID.nameUUIDFromBytes(name).toString());
    }

    /// Brings both memories of each item up to date; those of items that are gone go.
    void refresh(Collection<ItemId> items) {
        refresh(items, true);
    }

    /// Brings how each item is received up to date.
    void recount(Collection<ItemId> items) {
        refresh(items, false);
    }

    private void refresh(Collection<ItemId> ids, boolean traits) {
        if (ids.isEmpty()) {
            return;
        }
        Instant now = parts.clock().instant();
        Map<ItemId, Item> items = parts.catalog().items(ids);
        Map<ItemId, Opinion> opinions = parts.grounds().opinions(items.keySet(), now);
        List<MemoryId> wanted = new ArrayList<>();
        ids.forEach(item -> wanted.addAll(List.of(traitOf(item), receptionOf(item))));
        Map<MemoryId, Memory> stored = parts.grounds().memories(wanted);
        List<Memories.Write> writes = new ArrayList<>();
        for (ItemId id : ids) {
            @Nullable Item item = items.get(id);
            if (traits || item == null) {
                Optional<Content> content = item == null ? Optional.empty() : trait(item);
                settle(traitOf(id), id, content, stored, item == null, now).ifPresent(writes::add);
            }
            Optional<Content> reception = item == null
                    ? Optional.empty()
                    : Reception.of(opinions.getOrDefault(id, Opinion.NONE)).map(ItemMemories::content);
            settle(receptionOf(id), id, reception, stored, item == null, now).ifPresent(writes::add);
        }
        parts.door().putEach(writes);
    }

    private Optional<Memories.Write> settle(
            MemoryId id,
            ItemId item,
            Optional<Content> content,
            Map<MemoryId, Memory> stored,
            boolean itemGone,
            Instant now) {
        @Nullable Memory memory = stored.get(id);
        if (content.isEmpty()) {
            if (memory != null && (itemGone || !edited(memory))) {
                parts.door().forget(id);
            }
            return Optional.empty();
        }
        return next(id, item, content.get(), memory, now)
                .map(next -> new Memories.Write(next, Actor.SYSTEM, memory == null ? "made" : "made again"));
    }

    private Optional<Memory> next(MemoryId id, ItemId item, Content content, @Nullable Memory memory, Instant now) {
        if (memory == null) {
            return Optional.of(Memory.fresh(
                            id,
                            new Subject.OfItem(item),
                            content.kind,
                            content.text,
                            content.polarity,
                            content.trust,
                            null,
                            List.of(),
                            now)
                    .draft()
                    .strength(content.strength)
                    .build());
        }
        if (content.in(memory) || memory.locked() || edited(memory)) {
            return Optional.empty();
        }
        return Optional.of(memory.draft()
                .text(content.text)
                .polarity(content.polarity)
                .strength(content.strength)
                .updatedAt(now)
                .build());
    }

    /// True when it no longer says what was last made here; muting and locking it is no edit.
    private boolean edited(Memory memory) {
        List<Revision> made = parts.truth().history(memory.id()).stream()
                .filter(revision -> revision.actor().equals(Actor.SYSTEM))
                .toList();
        return made.isEmpty() || !says(made.getLast().state(), memory);
    }

    private static boolean says(Memory one, Memory other) {
        return one.text().equals(other.text())
                && one.polarity() == other.polarity()
                && one.kind() == other.kind()
                && Objects.equals(one.slot(), other.slot())
                && Objects.equals(one.validTo(), other.validTo());
    }

    private static Content content(Reception reception) {
        return new Content(
                MemoryKind.THEME, Trust.BEHAVIOUR, reception.text(), reception.polarity(), reception.strength());
    }

    /// What the catalog says, in the words that are encoded for the item anyway where they are short enough; the title
    /// alone when the rest speaks to the machine, nothing when that does too.
    private static Optional<Content> trait(Item item) {
        String whole = cut(ItemText.of(item));
        for (String text : List.of(whole, cut(item.title()))) {
            if (passes(item, text)) {
                return Optional.of(new Content(MemoryKind.TRAIT, Trust.IMPORTED, text, 0, 0.5));
            }
        }
        return Optional.empty();
    }

    private static boolean passes(Item item, String text) {
        Subject subject = new Subject.OfItem(item.id());
        Proposal proposal = new Proposal(
                subject, MemoryKind.TRAIT, text, 0, Trust.IMPORTED, null, text, item.title(), "", Role.USER);
        return INJECTION.check(proposal, GateContext.of(List.of(), 0, Instant.EPOCH)) instanceof Verdict.Accept;
    }

    private static String cut(String text) {
        if (text.length() <= Memory.MAX_TEXT) {
            return text;
        }
        int end = text.lastIndexOf(' ', Memory.MAX_TEXT);
        end = end < Memory.MAX_TEXT / 2 ? Memory.MAX_TEXT : end;
        return text.substring(0, Character.isHighSurrogate(text.charAt(end - 1)) ? end - 1 : end);
    }
}
