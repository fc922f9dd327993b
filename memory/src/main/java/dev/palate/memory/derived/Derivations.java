package dev.palate.memory.derived;

import dev.palate.memory.Page;
import dev.palate.memory.catalog.Item;
import dev.palate.memory.catalog.ItemId;
import dev.palate.memory.change.Outbox;
import dev.palate.memory.user.UserId;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.DoubleConsumer;
import org.jspecify.annotations.Nullable;

/// What keeps derived memories in step with what they are made from: which profiles and which items a batch of notes
/// asks for, each once. The result depends on the truth alone, not on the notes nor on their order. Used by one thread.
public final class Derivations implements NoteFollower.Work {
    private static final int AT_ONCE = 500;

    private final DerivedParts parts;
    private final ItemMemories items;
    private final Profiles profiles;

    /// With what they are made with.
    public Derivations(DerivedParts parts) {
        this.parts = parts;
        items = new ItemMemories(parts);
        profiles = new Profiles(parts);
    }

    @Override
    public String name() {
        return "derived-memories";
    }

    @Override
    public void apply(List<Outbox.Note> notes, DoubleConsumer progress) {
        Set<UserId> users = new LinkedHashSet<>();
        Set<ItemId> changed = new LinkedHashSet<>();
        Set<ItemId> judged = new LinkedHashSet<>();
        Set<String> named = new LinkedHashSet<>();
        List<String> interactions = new ArrayList<>();
        for (Outbox.Note note : notes) {
            switch (note.topic()) {
                case "interaction" -> interactions.add(note.payloadId());
                case "opinion" -> named.add(note.subjectId());
                case "item" -> changed.add(new ItemId(note.subjectId()));
                case "memory" -> {
                    if (note.subjectType().equals("user")) {
                        users.add(new UserId(note.subjectId()));
                    } else if (note.payloadId().isEmpty()) {
                        // One that was made here may be among those erased.
                        changed.add(new ItemId(note.subjectId()));
                    }
                }
                default -> {}
            }
        }
        in(changed, progress, items::refresh);
        // A profile names films by their titles.
        users.addAll(parts.grounds().speakingOf(changed));
        if (named.remove("")) {
            everyItem(progress, items::recount);
        } else {
            judged.addAll(parts.grounds().itemsOf(interactions));
            named.forEach(value -> judged.addAll(parts.grounds().itemsNamed(value)));
            judged.removeAll(changed);
            in(judged, progress, items::recount);
        }
        profiles.refresh(users, () -> progress.accept(0));
    }

    @Override
    public void everything(DoubleConsumer progress) {
        everyItem(share -> progress.accept(0.4 * share), items::refresh);
        everySubject("item", ids -> {
            items.refresh(gone(ids.stream().map(ItemId::new).toList()));
            progress.accept(0.4);
        });
        everySubject(
                "user", ids -> profiles.refresh(ids.stream().map(UserId::new).toList(), () -> progress.accept(0.5)));
    }

    private interface ForItems {
        void run(Collection<ItemId> ids);
    }

    private interface ForSubjects {
        void run(List<String> ids);
    }

    private static void in(Collection<ItemId> ids, DoubleConsumer progress, ForItems work) {
        List<ItemId> all = List.copyOf(ids);
        for (int from = 0; from < all.size(); from += AT_ONCE) {
            progress.accept((double) from / all.size());
            work.run(all.subList(from, Math.min(all.size(), from + AT_ONCE)));
        }
    }

    private void everyItem(DoubleConsumer progress, ForItems work) {
        double all = Math.max(1, parts.catalog().count());
        int done = 0;
        @Nullable String cursor = null;
        do {
            Page<Item> page = parts.catalog().page(cursor, Page.MAX_LIMIT);
            work.run(page.items().stream().map(Item::id).toList());
            done += page.items().size();
            progress.accept(Math.min(1, done / all));
            cursor = page.nextCursor();
        } while (cursor != null);
    }

    private void everySubject(String type, ForSubjects work) {
        List<String> ids = parts.grounds().subjects(type, "", AT_ONCE);
        while (!ids.isEmpty()) {
            work.run(ids);
            ids = parts.grounds().subjects(type, ids.getLast(), AT_ONCE);
        }
    }

    private List<ItemId> gone(List<ItemId> ids) {
        Set<ItemId> there = parts.catalog().items(ids).keySet();
        return ids.stream().filter(id -> !there.contains(id)).toList();
    }
}
