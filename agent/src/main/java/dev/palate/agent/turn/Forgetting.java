package dev.palate.agent.turn;

import dev.palate.agent.domain.Claim;
import dev.palate.agent.domain.Reading;
import dev.palate.memory.Page;
import dev.palate.memory.catalog.ItemId;
import dev.palate.memory.memory.Memories;
import dev.palate.memory.memory.Memory;
import dev.palate.memory.memory.MemoryFilter;
import dev.palate.memory.memory.MemoryId;
import dev.palate.memory.memory.MemoryKind;
import dev.palate.memory.memory.Slot;
import dev.palate.memory.memory.Subject;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/// Carries out "forget that", "forget horror" and "forget everything about me". Stateless; forgetting is for good.
final class Forgetting {
    private static final Pattern ORDER = Pattern.compile(
            "^\\W*((please|can you|could you|ok|now|actually|no)\\W+)*(forget|delete|remove|erase)\\b(\\W+about\\b)?",
            Pattern.CASE_INSENSITIVE);
    private static final Pattern LAST = Pattern.compile(
            "^\\W*(that|this|it|what i (just )?said|(the|my) last( one)?|(that|this|the last) memor(y|ies))?"
                    + "(\\W+please)?\\W*$",
            Pattern.CASE_INSENSITIVE);

    /// When the memories could not be looked at.
    static final String UNSEEN =
            "I could not look at what I remember just now, so nothing was forgotten. Ask again in a" + " moment.";
    /// When it is not known how an erasure ended.
    static final String UNKNOWN = "I could not see whether that was done. Ask me what I know about you, and tell me"
            + " again if anything is left.";

    private Forgetting() {}

    /// Erases all memories of the subject, of any status, and what gates refused of it, as one erasure.
    ///
    /// @return how many memories there were, but for the profile, which is made of them
    static int everything(Subject subject, Memories memories, Consumer<Subject> erasing) {
        var all = new MemoryFilter(subject, Set.of(), Set.of(), null);
        int count = 0;
        String cursor = null;
        do {
            Page<Memory> page = memories.page(all, cursor, Page.MAX_LIMIT);
            count += (int) page.items().stream()
                    .filter(memory -> memory.kind() != MemoryKind.PROFILE)
                    .count();
            cursor = page.nextCursor();
        } while (cursor != null);
        erasing.accept(subject);
        return count;
    }

    /// What that is answered with.
    static String everything(int count) {
        return switch (count) {
            case 0 -> "There was nothing that I remembered about you.";
            case 1 -> "Forgotten: everything, which was one memory.";
            default -> "Forgotten: everything, " + count + " memories in all, also those no longer in force.";
        };
    }

    /// What was forgotten.
    static List<Memory> forget(Reading reading, List<Memory> active, State state, Memories memories) {
        List<Memory> forgotten = new ArrayList<>();
        for (Memory memory : meant(reading, active, state)) {
            if (!memory.locked() && memories.forget(memory.id())) {
                forgotten.add(memory);
            }
        }
        return forgotten;
    }

    private static List<Memory> meant(Reading reading, List<Memory> active, State state) {
        String object = ORDER.matcher(reading.text()).replaceFirst("");
        if (LAST.matcher(object).matches()) {
            Set<MemoryId> last = Set.copyOf(state.written());
            List<Memory> just =
                    active.stream().filter(memory -> last.contains(memory.id())).toList();
            return just.isEmpty()
                    ? active.stream()
                            .max(Comparator.comparing(Memory::updatedAt).thenComparing(Memory::id))
                            .stream()
                            .toList()
                    : just;
        }
        Set<String> values = reading.claims().stream()
                .map(Claim::mention)
                .map(mention -> mention.slot().value())
                .collect(Collectors.toSet());
        String words = object.strip().toLowerCase(Locale.ROOT);
        return active.stream()
                .filter(memory -> {
                    Slot slot = memory.slot();
                    boolean named = slot != null && values.contains(slot.value());
                    return named
                            || values.isEmpty()
                                    && words.length() > 2
                                    && memory.text().toLowerCase(Locale.ROOT).contains(words);
                })
                .toList();
    }

    /// The wish without what the forgotten memories said.
    static Wish without(Wish wish, List<Memory> forgotten) {
        Wish.Draft draft = wish.draft();
        for (Memory memory : forgotten) {
            Slot slot = memory.slot();
            if (slot == null) {
                continue;
            }
            String value = slot.value();
            switch (slot.facet()) {
                case "genre" -> {
                    draft.excluded.removeIf(value::equalsIgnoreCase);
                    draft.fond.removeIf(value::equalsIgnoreCase);
                }
                case "theme" -> {
                    draft.excludedThemes.remove(value);
                    draft.themes.remove(value);
                }
                case "tag" -> {
                    draft.excludedTags.remove(value);
                    draft.tags.remove(value);
                }
                case "person" -> {
                    draft.people.removeIf(person -> person.name().equalsIgnoreCase(value));
                    draft.excludedPeople.removeIf(person -> person.name().equalsIgnoreCase(value));
                }
                case "title", "seen" -> {
                    var item = new ItemId(value);
                    draft.liked.remove(item);
                    draft.disliked.remove(item);
                    draft.seen.remove(item);
                }
                default -> {}
            }
        }
        return draft.build();
    }

    static String words(List<Memory> forgotten) {
        return switch (forgotten.size()) {
            case 0 -> "I found nothing of that kind among what I remember.";
            case 1 -> "Forgotten: " + forgotten.getFirst().text() + ".";
            default -> "Forgotten: " + forgotten.size() + " memories.";
        };
    }
}
