package dev.palate.web.admin;

import dev.palate.agent.domain.Speech;
import dev.palate.agent.turn.Replayed;
import dev.palate.memory.catalog.Catalog;
import dev.palate.memory.catalog.Item;
import dev.palate.memory.catalog.ItemId;
import dev.palate.memory.conversation.Conversations;
import dev.palate.memory.conversation.Message;
import dev.palate.memory.memory.Memories;
import dev.palate.memory.memory.Memory;
import dev.palate.memory.memory.MemoryId;
import dev.palate.memory.trace.TraceHead;
import dev.palate.memory.trace.TraceStep;
import dev.palate.memory.trace.TurnTrace;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/// Turns traces into what the pages show. Titles and the words of memories are read now: a trace holds neither.
/// Thread-safe.
final class TraceCards {
    /// A turn in the list.
    public record TurnRow(
            String id,
            String said,
            String intent,
            String when,
            String at,
            String took,
            String level,
            String tokens,
            String finish,
            boolean odd) {}

    /// A turn.
    ///
    /// @param erased a sentence when memories that it worked with were erased, else empty
    public record TurnCard(TurnRow row, List<Fact> facts, String erased, List<StepCard> steps) {}

    /// Something said in two words.
    public record Fact(String label, String value) {}

    /// A step.
    ///
    /// @param x where its bar begins, 0 to 100
    /// @param width of its bar
    /// @param lead what came of it, in a sentence
    /// @param raw input and output as they are kept
    public record StepCard(
            String name,
            String title,
            String took,
            String x,
            String width,
            String lead,
            List<Fact> facts,
            List<MemoryRef> memories,
            List<SourceRow> sources,
            List<RankRow> ranks,
            String raw) {}

    /// A memory that was read.
    ///
    /// @param text as it is now, or its id when it is gone
    /// @param note what is other now, empty when nothing
    public record MemoryRef(@Nullable String id, String text, String note) {}

    /// What a source proposed.
    public record SourceRow(String signal, String found, String first) {}

    /// A place in the order.
    public record RankRow(int rank, String title, String score, List<FilmCards.PartBar> parts) {}

    /// A step that was run again.
    public record ReplayRow(String title, String outcome, String words, List<String> why) {}

    private static final JsonMapper JSON = new JsonMapper();
    private static final int MOST_SAID = 160;
    private static final int MOST_MEMORIES = 60;
    private static final int MOST_RANKS = 10;

    private final Conversations conversations;
    private final Catalog catalog;
    private final Memories memories;
    private final FilmCards films;
    private final Speech speech;
    private final Dates dates;

    TraceCards(
            Conversations conversations,
            Catalog catalog,
            Memories memories,
            FilmCards films,
            Speech speech,
            Dates dates) {
        this.films = films;
        this.speech = speech;
        this.conversations = conversations;
        this.catalog = catalog;
        this.memories = memories;
        this.dates = dates;
    }

    TurnRow row(TraceHead head) {
        String said =
                conversations.message(head.message()).map(Message::text).orElse("This message is not kept any more");
        TraceHead.Tokens tokens = head.tokens();
        return new TurnRow(
                head.turn().value(),
                said.length() <= MOST_SAID ? said : said.substring(0, MOST_SAID - 1) + "…",
                intent(head.intent()),
                dates.minute(head.at()),
                head.at().toString(),
                took(head.micros()),
                head.level(),
                tokens.calls() == 0
                        ? ""
                        : String.format(Locale.ROOT, "%,d + %,d tokens", tokens.prompt(), tokens.completion()),
                finish(head.finish()),
                !head.finish().equals("stop"));
    }

    TurnCard card(TurnTrace trace) {
        TraceHead head = trace.head();
        Names names = new Names(trace);
        List<StepCard> steps = new ArrayList<>();
        for (TraceStep step : trace.steps()) {
            steps.add(step(step, head.micros(), names));
        }
        String erased = trace.redacted() == 0
                ? ""
                : Words.count(trace.redacted(), "memory", "memories")
                        + " that this turn worked with "
                        + (trace.redacted() == 1 ? "was" : "were")
                        + " erased since, and with it what its steps said.";
        return new TurnCard(row(head), facts(head), erased, steps);
    }

    private static List<Fact> facts(TraceHead head) {
        List<Fact> facts = new ArrayList<>();
        facts.add(new Fact("Level", Words.level(head.level())));
        facts.add(new Fact("Took", took(head.micros())));
        facts.add(new Fact("Ended", finish(head.finish())));
        if (!head.modelVersion().isEmpty()) {
            facts.add(new Fact("Model of tastes", head.modelVersion()));
        }
        if (!head.model().isEmpty()) {
            facts.add(new Fact("Language model", head.model()));
            TraceHead.Tokens tokens = head.tokens();
            facts.add(new Fact(
                    "Tokens",
                    String.format(
                            Locale.ROOT,
                            "%,d read, %,d of them cached, %,d written",
                            tokens.prompt(),
                            tokens.cached(),
                            tokens.completion())));
        }
        facts.add(new Fact("Store", String.format(Locale.ROOT, "as of change %,d", head.changeNumber())));
        return facts;
    }

    private StepCard step(TraceStep step, long turnMicros, Names names) {
        JsonNode input = JSON.readTree(step.input());
        JsonNode output = JSON.readTree(step.output());
        double whole = Math.max(1, turnMicros);
        double width = Math.min(100, 100 * step.micros() / whole);
        double x = Math.min(100 - Math.max(width, 0.5), 100 * step.startMicros() / whole);
        List<Fact> facts = new ArrayList<>();
        return new StepCard(
                step.name(),
                title(step.name()),
                took(step.micros()),
                number(Math.max(0, x)),
                number(Math.max(0.5, width)),
                step.cut() && output.size() == 0 ? "" : lead(step.name(), input, output, facts),
                facts,
                step.name().startsWith("recall") ? names.memories(output.path("memories")) : List.of(),
                step.name().equals("retrieve") ? sources(output, names) : List.of(),
                ranks(step.name(), output, names),
                step.cut() && output.size() == 0 ? "" : raw(input, output));
    }

    private static String raw(JsonNode input, JsonNode output) {
        ObjectNode both = JSON.createObjectNode();
        both.set("input", input);
        both.set("output", output);
        return JSON.writerWithDefaultPrettyPrinter().writeValueAsString(both);
    }

    private String lead(String name, JsonNode input, JsonNode output, List<Fact> facts) {
        return switch (name) {
            case "recall", "recall_again" ->
                output.path("memories").isEmpty()
                        ? "Nothing is remembered of this person yet."
                        : Words.count(output.path("memories").size(), "memory", "memories") + " in force.";
            case "understand" -> understood(output, facts);
            case "remember" -> remembered(input, output, facts);
            case "curate" -> {
                fact(facts, "Rule", output.path("rule").asString(""));
                yield Words.count(output.path("members").size(), "like user or item", "like users and items")
                        + " read, by themes alone.";
            }
            case "synthesise" -> {
                output.path("facets")
                        .forEach(facet -> fact(
                                facts,
                                facet.path("theme").asString(""),
                                facet.path("confidence").asDouble(0) + " by "
                                        + facet.path("supports")
                                                .valueStream()
                                                .map(one -> one.asString(""))
                                                .collect(java.util.stream.Collectors.joining(", "))));
                yield Words.count(output.path("facets").size(), "facet", "facets") + " counted.";
            }
            case "retrieve" -> retrieved(input, output, facts);
            case "rank" -> {
                fact(facts, "Order", output.path("order").asString(""));
                yield Words.count(output.path("candidates").asLong(0), "candidate", "candidates")
                        + " ranked; these came first.";
            }
            case "show" ->
                output.path("failed").asBoolean(false)
                        ? "The list could not be made."
                        : speech.count(output.path("items").size())
                                + " read again from the catalog and shown"
                                + (output.path("relaxed").asBoolean(false)
                                        ? "; not everything that was asked for could be had at once."
                                        : ".");
            case "slots" -> slots(input, output, facts);
            case "words" -> words(input, output, facts);
            default -> "";
        };
    }

    private static String understood(JsonNode output, List<Fact> facts) {
        fact(facts, "Must hold", joined(output.path("phrases")));
        fact(facts, "Asked for", joined(output.path("sought")));
        fact(facts, "Not known here", joined(output.path("unknown")));
        fact(facts, "Search words", output.path("wish").path("words").asString(""));
        fact(facts, "Certainty", percent(output.path("confidence").asDouble(0)));
        return intent(output.path("intent").asString(""))
                + (output.path("begun").asBoolean(false) ? ", begun anew." : ".");
    }

    private static String remembered(JsonNode input, JsonNode output, List<Fact> facts) {
        Map<String, Integer> outcomes = new LinkedHashMap<>();
        input.path("results").forEach(result -> {
            String reason = result.path("reason").asString("");
            String outcome = outcome(result.path("outcome").asString(""));
            outcomes.merge(reason.isEmpty() ? outcome : outcome + " (" + reason + ")", 1, Integer::sum);
        });
        outcomes.forEach((outcome, count) -> facts.add(new Fact(Words.capitalised(outcome), Integer.toString(count))));
        return Words.count(output.path("proposals").asLong(0), "memory", "memories") + " proposed by what was said.";
    }

    private static String slots(JsonNode input, JsonNode output, List<Fact> facts) {
        fact(facts, "Model", input.path("model").asString(""));
        fact(facts, "Prompt", input.path("prompt").asString(""));
        fact(facts, "Named", joined(output.path("categories")));
        fact(facts, "Themes", joined(output.path("themes")));
        String reason = input.path("reason").asString("");
        return reason.isEmpty()
                ? "The rules found nothing in the message, so a model was asked what it is about."
                : "A model was asked what the message is about and gave no answer that counts: " + reason + ".";
    }

    private static String outcome(String outcome) {
        return switch (outcome) {
            case "ADD" -> "new";
            case "MERGE" -> "said before";
            case "SUPERSEDE" -> "took another’s place";
            case "QUARANTINE" -> "held back";
            case "REJECT" -> "refused";
            default -> outcome.toLowerCase(Locale.ROOT);
        };
    }

    private String retrieved(JsonNode input, JsonNode output, List<Fact> facts) {
        JsonNode constraints = input.path("constraints");
        fact(facts, "Must be", joined(constraints.path("required")));
        fact(facts, "Must not be", joined(constraints.path("excluded")));
        fact(facts, "Without", joined(constraints.path("excluded_tags")));
        fact(facts, "Amounts", joined(constraints.path("numbers")));
        long left = constraints.path("excluded_items").asLong(0);
        fact(facts, "Left out by name", left == 0 ? "" : Long.toString(left));
        fact(
                facts,
                "History",
                Words.count(output.path("events").asLong(0), "event", "events")
                        + (input.path("history_cached").asBoolean(false) ? ", from the cache" : ", read anew"));
        fact(facts, "Late or failed", joined(output.path("degraded")));
        return String.format(
                Locale.ROOT,
                "%,d of %,d %s passed the hard filters.",
                output.path("allowed").asLong(0),
                output.path("catalog").asLong(0),
                speech.plural());
    }

    private static String words(JsonNode input, JsonNode output, List<Fact> facts) {
        fact(facts, "Prompt", input.path("prompt").asString(""));
        fact(facts, "Digest of the prompt", input.path("prompt_digest").asString(""));
        if (input.has("prompt_tokens")) {
            facts.add(new Fact(
                    "Tokens",
                    input.path("prompt_tokens").asLong(0) + " read, "
                            + input.path("cached_tokens").asLong(0) + " of them cached, "
                            + input.path("completion_tokens").asLong(0) + " written"));
        }
        fact(facts, "Not used because", input.path("not_used").asString(""));
        boolean template = output.path("level").asString("").equals("T0");
        return output.path("characters").asLong(0) + " characters, "
                + (template
                        ? "from a template."
                        : "found by " + input.path("model").asString("a model") + ".");
    }

    private static void fact(List<Fact> facts, String label, String value) {
        if (!value.isEmpty()) {
            facts.add(new Fact(label, value));
        }
    }

    private static String joined(JsonNode texts) {
        List<String> all = new ArrayList<>();
        texts.forEach(text -> all.add(text.asString("")));
        return String.join(", ", all);
    }

    private static String percent(double share) {
        return Math.round(100 * share) + " %";
    }

    private List<SourceRow> sources(JsonNode output, Names names) {
        List<SourceRow> rows = new ArrayList<>();
        output.path("sources").forEach(source -> {
            List<String> first = new ArrayList<>();
            source.path("first").forEach(item -> first.add(names.title(item.asString(""))));
            rows.add(new SourceRow(
                    Words.signal(source.path("signal").asString(""), speech),
                    Long.toString(source.path("found").asLong(0)),
                    first.isEmpty()
                            ? "knows of all, proposes none"
                            : String.join(" · ", first.subList(0, Math.min(3, first.size())))));
        });
        return rows;
    }

    private List<RankRow> ranks(String name, JsonNode output, Names names) {
        JsonNode places = switch (name) {
            case "rank" -> output.path("best");
            case "show" -> output.path("items");
            default -> JSON.createArrayNode();
        };
        List<RankRow> rows = new ArrayList<>();
        for (JsonNode place : places) {
            if (rows.size() == MOST_RANKS) {
                break;
            }
            Map<String, Double> parts = new LinkedHashMap<>();
            place.path("parts")
                    .properties()
                    .forEach(part -> parts.put(part.getKey(), part.getValue().asDouble(0)));
            rows.add(new RankRow(
                    rows.size() + 1,
                    names.title(place.path("item").asString("")),
                    String.format(Locale.ROOT, "%+.2f", place.path("score").asDouble(0))
                            .replace('-', '−'),
                    films.bars(FilmCards.largestFirst(parts))));
        }
        return rows;
    }

    /// What a replay came to, in rows.
    List<ReplayRow> replayed(Replayed replayed) {
        return replayed.steps().stream()
                .map(step -> new ReplayRow(
                        title(step.name()),
                        step.outcome().name().toLowerCase(Locale.ROOT),
                        switch (step.outcome()) {
                            case SAME -> "the same, bit for bit";
                            case DIFFERS -> "differs";
                            case FOLLOWS -> "follows from a step before";
                            case GONE -> "cannot be run any more";
                            case NOT_RUN -> "not run again";
                        },
                        step.why()))
                .toList();
    }

    private static String title(String step) {
        return switch (step) {
            case "recall" -> "Memories read";
            case "understand" -> "Understood";
            case "remember" -> "Memories written";
            case "recall_again" -> "Memories read again";
            case "curate" -> "Others read";
            case "synthesise" -> "What seems wanted";
            case "retrieve" -> "Candidates";
            case "rank" -> "Ranking";
            case "show" -> "Shown";
            case "slots" -> "Asked a model what is meant";
            case "words" -> "Words";
            default -> Words.capitalised(step.replace('_', ' '));
        };
    }

    private static String intent(String intent) {
        return switch (intent) {
            case "" -> "Not understood";
            case "recommend" -> "Wants something";
            case "refine" -> "Wants it otherwise";
            case "explain" -> "Asks why";
            case "memory" -> "Asks what is remembered";
            case "forget" -> "Wants something forgotten";
            case "chat" -> "Talks";
            default -> Words.capitalised(intent);
        };
    }

    private static String finish(String finish) {
        return switch (finish) {
            case "stop" -> "complete";
            case "cancelled" -> "stopped by the person";
            case "deadline" -> "cut short by its deadline";
            default -> "failed: " + finish;
        };
    }

    private static String took(long micros) {
        return micros < 1_000
                ? String.format(Locale.ROOT, "%.2f ms", micros / 1_000.0)
                : micros < 100_000
                        ? String.format(Locale.ROOT, "%.1f ms", micros / 1_000.0)
                        : micros < 1_000_000
                                ? micros / 1_000 + " ms"
                                : String.format(Locale.ROOT, "%.1f s", micros / 1_000_000.0);
    }

    private static String number(double value) {
        return String.format(Locale.ROOT, "%.2f", value);
    }

    /// The titles and memories that a trace names, read in one go each.
    private final class Names {
        private final Map<ItemId, Item> items;
        private final Map<MemoryId, Memory> known;

        Names(TurnTrace trace) {
            Set<ItemId> named = new LinkedHashSet<>();
            Set<MemoryId> read = new LinkedHashSet<>();
            for (TraceStep step : trace.steps()) {
                JsonNode output = JSON.readTree(step.output());
                output.path("sources")
                        .forEach(
                                source -> source.path("first").forEach(item -> named.add(new ItemId(item.asString()))));
                output.path("best")
                        .forEach(
                                place -> named.add(new ItemId(place.path("item").asString())));
                output.path("items")
                        .forEach(
                                place -> named.add(new ItemId(place.path("item").asString())));
                output.path("memories").forEach(ref -> read.add(id(ref.asString())));
            }
            items = named.isEmpty() ? Map.of() : catalog.items(named);
            known = read.isEmpty() ? Map.of() : memories.memories(read);
        }

        private static MemoryId id(String ref) {
            int at = ref.lastIndexOf('@');
            return new MemoryId(at < 0 ? ref : ref.substring(0, at));
        }

        String title(String id) {
            Item item = items.get(new ItemId(id));
            return item == null ? id + " (gone)" : item.title();
        }

        List<MemoryRef> memories(JsonNode refs) {
            List<MemoryRef> all = new ArrayList<>();
            for (JsonNode ref : refs) {
                if (all.size() == MOST_MEMORIES) {
                    all.add(new MemoryRef(null, "and " + (refs.size() - MOST_MEMORIES) + " more", ""));
                    break;
                }
                String text = ref.asString();
                Memory memory = known.get(id(text));
                boolean same = memory != null && text.endsWith("@" + memory.revision());
                all.add(
                        memory == null
                                ? new MemoryRef(null, "one that is gone", "")
                                : new MemoryRef(memory.id().value(), memory.text(), same ? "" : "changed since"));
            }
            return all;
        }
    }
}
