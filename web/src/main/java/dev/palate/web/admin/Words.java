package dev.palate.web.admin;

import dev.palate.agent.domain.Speech;
import dev.palate.memory.memory.Memory;
import dev.palate.memory.memory.MemoryKind;
import dev.palate.memory.memory.MemoryStatus;
import dev.palate.memory.memory.Trust;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;

/// What things are called on the pages, in plain English.
final class Words {
    /// A value of a form and what it is called.
    ///
    /// @param key as sent
    /// @param words as shown
    public record Choice(String key, String words) {}

    /// What a memory may speak of; the first is nothing in particular.
    static List<Choice> facets(Speech speech) {
        return List.of(
                new Choice("", "nothing in particular"),
                new Choice("genre", speech.oneCategory()),
                new Choice("tag", "a theme"),
                new Choice("title", speech.one()),
                new Choice("person", "a person"),
                new Choice("era", "an era"),
                new Choice("pace", "a pace"),
                new Choice("length", "a length"),
                new Choice("note", "something else"));
    }

    /// The kinds a person may give.
    static final List<Choice> KINDS = Stream.of(
                    MemoryKind.PREFERENCE, MemoryKind.CONSTRAINT, MemoryKind.EPISODE, MemoryKind.TRAIT)
            .map(kind -> new Choice(kind.key(), kind(kind)))
            .toList();

    /// What the listing can be narrowed to.
    static final List<Choice> STATUSES = List.of(
            new Choice("active", "In force"),
            new Choice("superseded", "Replaced"),
            new Choice("quarantined", "Held back"),
            new Choice("expired", "Past their time"),
            new Choice("all", "All"));

    private static final Map<String, String> SIGNALS = Map.ofEntries(
            Map.entry("cf", "People with your taste"),
            Map.entry("cf_sparse", "People with your taste"),
            Map.entry("als", "People with your taste"),
            Map.entry("bpr", "People with your taste"),
            Map.entry("ease", "Liked together"),
            Map.entry("knn", "Near ITEMS you like"),
            Map.entry("transitions", "Often seen next"),
            Map.entry("next", "Often seen right after"),
            Map.entry("text", "Alike in words"),
            Map.entry("bm25", "Words of your wish"),
            Map.entry("genre", "CATEGORIES you like"),
            Map.entry("tag", "Themes you like"),
            Map.entry("theme", "People who prefer what you prefer"),
            Map.entry("liked", "Near ITEMS you named"),
            Map.entry("pop", "Popular"),
            Map.entry("recent", "Popular lately"),
            Map.entry("recent_short", "Popular these days"),
            Map.entry("fresh", "New here"),
            Map.entry("trend", "Popular lately"),
            Map.entry("dynamic", "New, near your taste"),
            Map.entry("novelty", "Not widely known"),
            Map.entry("diversity", "Unlike the others"),
            Map.entry("exploration", "Shown to learn of it"),
            Map.entry("memory", "Your memories"),
            Map.entry("llm", "The language model"));

    private Words() {}

    static String kind(MemoryKind kind) {
        return switch (kind) {
            case PREFERENCE -> "Preference";
            case CONSTRAINT -> "Rule";
            case EPISODE -> "Something that happened";
            case TRAIT -> "About you";
            case THEME -> "Theme";
            case PROFILE -> "Profile";
        };
    }

    static String trust(Trust trust) {
        return switch (trust) {
            case OPERATOR -> "written by the operator";
            case STATED -> "you said so";
            case BEHAVIOUR -> "from what you did";
            case IMPORTED -> "came with the data set";
            case INFERRED -> "concluded, not said";
            case PROPAGATED -> "from others, as a weight";
        };
    }

    static String status(MemoryStatus status) {
        return switch (status) {
            case ACTIVE -> "in force";
            case SUPERSEDED -> "replaced by a later one";
            case QUARANTINED -> "held back";
            case EXPIRED -> "past its time";
        };
    }

    /// `like`, `dislike` or `neither`.
    static String liking(double polarity) {
        return polarity > 0 ? "like" : polarity < 0 ? "dislike" : "neither";
    }

    /// The mark beside a memory: `rule`, `like`, `dislike` or `note`.
    static String icon(Memory memory) {
        if (memory.kind() == MemoryKind.CONSTRAINT) {
            return "rule";
        }
        return memory.polarity() == 0 ? "note" : liking(memory.polarity());
    }

    /// What a signal of the ranking is called.
    static String signal(String signal, Speech speech) {
        String known = SIGNALS.get(signal);
        if (known != null) {
            return known.replace("ITEMS", speech.plural()).replace("CATEGORIES", capitalised(speech.categories()));
        }
        return capitalised(signal.replace('_', ' ').replace('-', ' '));
    }

    static String level(String level) {
        return switch (level) {
            case "" -> "";
            case "T0" -> "T0 · rules and embeddings, no language model";
            case "T1" -> "T1 · small local model";
            case "T2" -> "T2 · local model";
            case "T3" -> "T3 · hosted model";
            default -> level;
        };
    }

    static String capitalised(String text) {
        return text.isEmpty() ? text : text.substring(0, 1).toUpperCase(Locale.ROOT) + text.substring(1);
    }

    /// `1 memory`, `2 memories`.
    static String count(long number, String one, String many) {
        return String.format(Locale.ROOT, "%,d %s", number, number == 1 ? one : many);
    }
}
