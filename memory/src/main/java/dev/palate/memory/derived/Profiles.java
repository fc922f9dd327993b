package dev.palate.memory.derived;

import dev.palate.memory.catalog.Item;
import dev.palate.memory.catalog.ItemId;
import dev.palate.memory.memory.Actor;
import dev.palate.memory.memory.Evidence;
import dev.palate.memory.memory.Memories;
import dev.palate.memory.memory.Memory;
import dev.palate.memory.memory.MemoryFilter;
import dev.palate.memory.memory.MemoryId;
import dev.palate.memory.memory.MemoryKind;
import dev.palate.memory.memory.Slot;
import dev.palate.memory.memory.Subject;
import dev.palate.memory.memory.Trust;
import dev.palate.memory.user.UserId;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/// A profile per user: rebuilt from the memories in force, never from a profile; a new revision only when its words or
/// what they rest on changed; gone when there is nothing to tell. A locked one is left as it is. Used by one thread.
final class Profiles {
    private static final int AT_ONCE = 100;
    private static final int MOST_STORED = 10;

    private final DerivedParts parts;

    Profiles(DerivedParts parts) {
        this.parts = parts;
    }

    /// Brings the profiles of the users up to date.
    ///
    /// @param between called now and then; may throw to end it
    void refresh(Collection<UserId> users, Runnable between) {
        List<Memories.Write> writes = new ArrayList<>();
        for (UserId user : users) {
            next(user).ifPresent(next -> writes.add(new Memories.Write(next, Actor.SYSTEM, "rebuilt from memories")));
            if (writes.size() == AT_ONCE) {
                parts.door().putEach(writes);
                writes.clear();
            }
            between.run();
        }
        parts.door().putEach(writes);
    }

    private Optional<Memory> next(UserId user) {
        Subject subject = new Subject.OfUser(user);
        Instant now = parts.clock().instant();
        List<Memory> sources = parts.truth().active(subject).stream()
                .filter(memory -> memory.kind() != MemoryKind.PROFILE && memory.effectiveAt(now))
                .toList();
        Optional<Memory> stored = stored(subject);
        if (stored.filter(Memory::locked).isPresent()) {
            return Optional.empty();
        }
        Optional<ProfileText> told = ProfileText.of(sources, titles(sources), now);
        if (told.isEmpty()) {
            stored.ifPresent(profile -> parts.door().forget(profile.id()));
            return Optional.empty();
        }
        List<Evidence> evidence = told.get().memories().stream()
                .map(id -> new Evidence("memory", id.value(), ""))
                .toList();
        String text = told.get().text();
        if (stored.isEmpty()) {
            MemoryId id = new MemoryId(parts.ids().next());
            return Optional.of(
                    Memory.fresh(id, subject, MemoryKind.PROFILE, text, 0, Trust.INFERRED, null, evidence, now));
        }
        Memory profile = stored.get();
        if (profile.text().equals(text) && Set.copyOf(profile.evidence()).equals(Set.copyOf(evidence))) {
            return Optional.empty();
        }
        return Optional.of(
                profile.draft().text(text).evidence(evidence).updatedAt(now).build());
    }

    /// The oldest profile; any other goes.
    private Optional<Memory> stored(Subject subject) {
        MemoryFilter profiles = new MemoryFilter(subject, Set.of(MemoryKind.PROFILE), Set.of(), null);
        List<Memory> found = parts.truth().page(profiles, null, MOST_STORED).items().stream()
                .sorted(Comparator.comparing(Memory::createdAt).thenComparing(Memory::id))
                .toList();
        found.stream().skip(1).forEach(second -> parts.door().forget(second.id()));
        return found.stream().findFirst();
    }

    private Function<String, Optional<String>> titles(List<Memory> sources) {
        Set<ItemId> wanted = new HashSet<>();
        for (Memory memory : sources) {
            Slot slot = memory.slot();
            if (slot != null && (slot.facet().equals("title") || slot.facet().equals("seen"))) {
                wanted.add(new ItemId(slot.value()));
            }
        }
        Map<String, String> titles = new HashMap<>();
        parts.catalog().items(wanted).forEach((id, item) -> titles.put(id.value(), title(item)));
        return value -> Optional.ofNullable(titles.get(value));
    }

    private static String title(Item item) {
        return item.year() == null ? item.title() : item.title() + " (" + item.year() + ")";
    }
}
