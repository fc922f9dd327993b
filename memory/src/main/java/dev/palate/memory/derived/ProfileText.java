package dev.palate.memory.derived;

import dev.palate.memory.memory.Memory;
import dev.palate.memory.memory.MemoryId;
import dev.palate.memory.memory.MemoryKind;
import dev.palate.memory.memory.Slot;
import dev.palate.memory.tier.Fading;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// A user's memories as a short narrative: rules first, then what is liked and disliked, films by their titles, then
/// whatever has no slot. The same memories at the same time give the same words.
///
/// @param memories those that had room, by id
record ProfileText(String text, List<MemoryId> memories) {
    private static final int MAX_MEMORIES = 32;
    private static final Set<String> NAMED = Set.of("genre", "tag", "theme", "person");

    /// The narrative of memories in force, absent when there are none.
    ///
    /// @param titles the title of the item that a slot value means, where there is one
    static Optional<ProfileText> of(List<Memory> memories, Function<String, Optional<String>> titles, Instant now) {
        List<Memory> told = new ArrayList<>();
        String text = "";
        for (Memory memory : ordered(memories, now)) {
            told.add(memory);
            String longer = words(told, titles);
            if (longer.length() > Memory.MAX_TEXT) {
                told.removeLast();
            } else {
                text = longer;
            }
            if (told.size() == MAX_MEMORIES) {
                break;
            }
        }
        if (told.isEmpty() && !memories.isEmpty()) {
            // One that fills a profile by itself.
            told.add(ordered(memories, now).getFirst());
            text = told.getFirst().text();
        }
        return told.isEmpty()
                ? Optional.empty()
                : Optional.of(new ProfileText(
                        text, told.stream().map(Memory::id).sorted().toList()));
    }

    private static List<Memory> ordered(List<Memory> memories, Instant now) {
        return memories.stream()
                .sorted(Comparator.comparing((Memory memory) -> memory.kind() != MemoryKind.CONSTRAINT)
                        .thenComparing(Comparator.comparingDouble((Memory memory) -> weight(memory, now))
                                .reversed())
                        .thenComparing(Memory::createdAt)
                        .thenComparing(Memory::id))
                .toList();
    }

    private static double weight(Memory memory, Instant now) {
        return memory.strength() * Fading.trust(memory.trust()) * Fading.decay(memory, now);
    }

    /// Which sentence a memory goes into, in the order of the sentences.
    private enum Sentence {
        RULES("Rules: ", "; "),
        LIKES("Likes ", ", "),
        DISLIKES("Does not like ", ", "),
        LOVED("Loved ", ", "),
        LOATHED("Did not like ", ", "),
        SEEN("Has seen ", ", "),
        OTHERS("", " ");

        private final String begin;
        private final String between;

        Sentence(String begin, String between) {
            this.begin = begin;
            this.between = between;
        }

        String of(List<String> parts) {
            if (this == OTHERS) {
                return parts.stream().map(part -> closed(part)).collect(Collectors.joining(between));
            }
            int last = parts.size() - 1;
            String list = this == RULES || last == 0
                    ? String.join(between, parts)
                    : String.join(between, parts.subList(0, last)) + " and " + parts.get(last);
            return closed(begin + list);
        }

        private static String closed(String text) {
            return text.endsWith(".") || text.endsWith("!") || text.endsWith("?") ? text : text + ".";
        }
    }

    private record Part(Sentence sentence, String words) {}

    private static String words(List<Memory> memories, Function<String, Optional<String>> titles) {
        Map<Sentence, List<String>> parts = memories.stream()
                .map(memory -> part(memory, titles))
                .distinct()
                .collect(Collectors.groupingBy(Part::sentence, Collectors.mapping(Part::words, Collectors.toList())));
        return Stream.of(Sentence.values())
                .filter(parts::containsKey)
                .map(sentence -> sentence.of(parts.getOrDefault(sentence, List.of())))
                .collect(Collectors.joining(" "));
    }

    private static Part part(Memory memory, Function<String, Optional<String>> titles) {
        String plain = memory.text().strip().replaceAll("\\s+", " ");
        if (memory.kind() == MemoryKind.CONSTRAINT) {
            return new Part(Sentence.RULES, plain.substring(0, 1).toLowerCase(Locale.ROOT) + plain.substring(1));
        }
        Part other = new Part(Sentence.OTHERS, plain);
        Slot slot = memory.slot();
        if (slot == null) {
            return other;
        }
        if (slot.facet().equals("seen")) {
            return titles.apply(slot.value())
                    .map(title -> new Part(Sentence.SEEN, title))
                    .orElse(other);
        }
        if (memory.polarity() == 0) {
            return other;
        }
        boolean likes = memory.polarity() > 0;
        if (slot.facet().equals("title")) {
            return titles.apply(slot.value())
                    .map(title -> new Part(likes ? Sentence.LOVED : Sentence.LOATHED, title))
                    .orElse(other);
        }
        return NAMED.contains(slot.facet())
                ? new Part(likes ? Sentence.LIKES : Sentence.DISLIKES, slot.value())
                : other;
    }
}
