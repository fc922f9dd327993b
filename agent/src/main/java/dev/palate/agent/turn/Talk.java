package dev.palate.agent.turn;

import dev.palate.agent.domain.Claim;
import dev.palate.agent.domain.Gazetteer;
import dev.palate.agent.domain.Mention;
import dev.palate.agent.domain.Reading;
import dev.palate.agent.domain.Reading.Act;
import dev.palate.agent.domain.Speech;
import dev.palate.memory.catalog.Catalog;
import dev.palate.memory.catalog.Item;
import dev.palate.memory.catalog.ItemId;
import dev.palate.memory.conversation.Message;
import dev.palate.memory.memory.Memory;
import dev.palate.memory.slate.SlateRecord;
import dev.palate.prompts.Quoted;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// Answers that need no list. Stateless.
final class Talk {
    private static final int MAX_LISTED = 20;
    private static final int MAX_EXPLAINED = 5;
    private static final int MAX_TOLD = 3;
    private static final int MAX_FACTS = 6;
    private static final int MAX_TAGS = 5;
    private static final int MAX_FACT = 120;
    private static final int MAX_DESCRIPTION = 400;
    // Other names and the ids of other catalogs say nothing of what it is.
    private static final Set<String> UNTOLD = Set.of("also_known_as", "original_title", "imdb_id", "tmdb_id");

    private Talk() {}

    /// Small talk, help, and what is not to be followed.
    ///
    /// @param dated whether the catalog knows years
    static String chat(Reading reading, Speech speech, boolean dated) {
        if (reading.does(Act.INJECTION)) {
            return "I only look for " + speech.plural()
                    + " here, so I did not follow that. Tell me what you would like instead.";
        }
        if (reading.does(Act.HELP)) {
            return help(speech, dated);
        }
        if (reading.does(Act.GREETING)) {
            return "Hello! Tell me what you are in the mood for, or name " + speech.one() + " that you love.";
        }
        if (reading.does(Act.THANKS)) {
            return "You are welcome. Say so when you would like more.";
        }
        if (reading.does(Act.QUESTION)) {
            return "I cannot say that of people in general, but I can look for " + speech.plural()
                    + " for you: name a kind, " + (dated ? "an era " : "") + "or " + speech.one() + " that you love.";
        }
        return help(speech, dated);
    }

    private static String help(Speech speech, boolean dated) {
        return "I find " + speech.plural() + " in this catalog for you. Name some that you love, a kind, "
                + (dated ? "an era, " : "")
                + "or what to leave out; ask what I know about you, or tell me to forget it.";
    }

    /// What is remembered, in words.
    static String known(List<Memory> memories) {
        if (memories.isEmpty()) {
            return "I remember nothing about you yet.";
        }
        var text = new StringBuilder("This is what I remember about you: ");
        int shown = 0;
        for (Memory memory : memories.reversed()) {
            if (shown == MAX_LISTED || text.length() + memory.text().length() > Message.MAX_TEXT - 200) {
                break;
            }
            text.append(shown == 0 ? "" : "; ").append(memory.text());
            shown++;
        }
        text.append(". ");
        if (shown < memories.size()) {
            text.append("And ").append(memories.size() - shown).append(" more. ");
        }
        return text.append("You can change or delete each on the memories page, or tell me to forget it.")
                .toString();
    }

    /// Why the last list is as it is.
    static String why(SlateRecord slate, Reading reading, Catalog catalog) {
        Set<ItemId> asked = named(reading);
        List<SlateRecord.Entry> entries = slate.entries().stream()
                .filter(entry -> asked.isEmpty() || asked.contains(entry.item()))
                .limit(MAX_EXPLAINED)
                .toList();
        if (entries.isEmpty()) {
            return "That was not on my last list.";
        }
        Map<ItemId, Item> items =
                catalog.items(entries.stream().map(SlateRecord.Entry::item).toList());
        List<String> lines = new ArrayList<>();
        for (SlateRecord.Entry entry : entries) {
            Item item = items.get(entry.item());
            if (item != null && !item.hidden()) {
                String reason = entry.reason().isEmpty() ? "it fits what you asked for." : entry.reason();
                lines.add(Gazetteer.plainTitle(item.title()) + ": " + reason);
            }
        }
        return lines.isEmpty() ? "What I showed is no longer in the catalog." : String.join(" ", lines);
    }

    /// What the catalog says of the items asked about, at most [#MAX_TOLD] of them.
    static String about(List<ItemId> asked, Catalog catalog) {
        Map<ItemId, Item> items = catalog.items(asked);
        List<String> facts = asked.stream()
                .map(items::get)
                .filter(item -> item != null && !item.hidden())
                .limit(MAX_TOLD)
                .map(Talk::facts)
                .toList();
        return facts.isEmpty()
                ? "It is no longer in the catalog."
                : String.join(" ", facts) + " That is what this catalog says.";
    }

    private static String facts(Item item) {
        List<String> facts = new ArrayList<>();
        if (!item.categories().isEmpty()) {
            facts.add(String.join(", ", item.categories()));
        }
        item.attributes().entrySet().stream()
                .filter(entry ->
                        !UNTOLD.contains(entry.getKey()) && !entry.getValue().isBlank())
                .sorted(Map.Entry.comparingByKey())
                .limit(MAX_FACTS)
                .forEach(entry -> facts.add(entry.getKey().replace('_', ' ') + " "
                        + Quoted.of(entry.getValue().replaceAll("\\s*[|;]\\s*", ", "), MAX_FACT)
                                .text()));
        if (!item.tags().isEmpty()) {
            facts.add("people say "
                    + String.join(
                            ", ",
                            item.tags()
                                    .subList(0, Math.min(MAX_TAGS, item.tags().size()))));
        }
        String title = Gazetteer.plainTitle(item.title()) + (item.year() == null ? "" : " (" + item.year() + ")");
        String told = item.description().isBlank()
                ? ""
                : " " + Quoted.of(item.description(), MAX_DESCRIPTION).text();
        return title + (facts.isEmpty() ? "." : ": " + String.join("; ", facts) + ".") + told;
    }

    private static Set<ItemId> named(Reading reading) {
        return reading.claims().stream()
                .map(Claim::mention)
                .filter(Mention.Title.class::isInstance)
                .map(mention -> ((Mention.Title) mention).item())
                .collect(java.util.stream.Collectors.toSet());
    }
}
