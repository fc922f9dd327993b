package dev.palate.web.cli;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.palate.web.metrics.MemoryStats;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.PropertyNamingStrategies;
import tools.jackson.databind.json.JsonMapper;

/// How the memories stand, as lines for people. Stateless.
final class MemoryStatsText {
    private static final JsonMapper JSON = JsonMapper.builder()
            .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
            .changeDefaultPropertyInclusion(inclusion -> inclusion.withValueInclusion(JsonInclude.Include.NON_NULL))
            .build();

    private MemoryStatsText() {}

    /// As the API gives it.
    static JsonNode json(MemoryStats stats) {
        return JSON.valueToTree(stats);
    }

    /// The lines of what the API gave.
    static List<String> lines(JsonNode json) {
        MemoryStats stats = JSON.treeToValue(json, MemoryStats.class);
        List<String> lines = new ArrayList<>();
        lines.add(line("memories", number(stats.memories()) + times(stats)));
        by(lines, stats, "kind", MemoryStats.Group::kind);
        by(lines, stats, "trust", MemoryStats.Group::trust);
        by(lines, stats, "status", MemoryStats.Group::status);
        by(lines, stats, "of", MemoryStats.Group::subject);
        by(lines, stats, "tier", MemoryStats.Group::tier);
        MemoryStats.Beside beside = stats.beside();
        lines.add(line(
                "beside",
                number(beside.revisions()) + " revisions, " + number(beside.evidence()) + " entries of evidence, "
                        + number(beside.rejections()) + " rejections, " + number(beside.codebooks()) + " codebooks"));
        MemoryStats.Index index = stats.index();
        if (index == null) {
            lines.add(line("index", "not there or not readable; the next start builds it anew"));
        } else {
            lines.add(line(
                    "index",
                    number(index.documents()) + " memories, " + number(index.vectors()) + " with a vector; "
                            + (index.current()
                                    ? number(index.lag()) + " changes after its last commit"
                                    : "follows another database, epoch or time: built anew at the next start")));
            lines.add(line("encoder", index.encoder()));
            lines.add(line("formats", joined(index.formats())));
        }
        MemoryStats.Bytes bytes = stats.bytes();
        lines.add(line(
                "bytes",
                "truth " + (bytes.truth() == 0 ? "on a server" : size(bytes.truth())) + " (codes " + size(bytes.codes())
                        + "), index of memories " + size(bytes.memoryIndex()) + ", of items "
                        + size(bytes.itemIndex())));
        MemoryStats.Recall recall = stats.recall();
        lines.add(line(
                "recall",
                recall == null
                        ? "not known: no server runs, and the probe looks while one serves"
                        : recall.probes() == 0
                                ? "not probed yet, after " + number(recall.searches()) + " searches of all subjects"
                                : String.format(
                                        Locale.ROOT,
                                        "%.3f of the best ten, by %,d probes of %,d searches%s",
                                        recall.recall(),
                                        recall.probes(),
                                        recall.searches(),
                                        formats(recall))));
        return lines;
    }

    /// Of each format while several are searched.
    private static String formats(MemoryStats.Recall recall) {
        return recall.formats().size() < 2
                ? ""
                : recall.formats().entrySet().stream()
                        .map(of -> String.format(Locale.ROOT, "%s %.3f", of.getKey(), of.getValue()))
                        .collect(Collectors.joining(", ", " (", ")"));
    }

    private static String times(MemoryStats stats) {
        return stats.oldest() == null || stats.newest() == null
                ? ""
                : ", the oldest of " + stats.oldest() + ", the newest change " + stats.newest();
    }

    private interface Key {
        String of(MemoryStats.Group group);
    }

    private static void by(List<String> lines, MemoryStats stats, String what, Key key) {
        Map<String, Long> counts = new TreeMap<>();
        stats.groups().forEach(group -> counts.merge(key.of(group), group.count(), Long::sum));
        if (!counts.isEmpty()) {
            lines.add(line("  by " + what, joined(counts)));
        }
    }

    private static String joined(Map<String, Long> counts) {
        return String.join(
                ", ",
                counts.entrySet().stream()
                        .map(count -> count.getKey() + " " + number(count.getValue()))
                        .toList());
    }

    private static String line(String what, String text) {
        return String.format(Locale.ROOT, "%-12s %s", what, text);
    }

    private static String number(long count) {
        return String.format(Locale.ROOT, "%,d", count);
    }

    private static String size(long bytes) {
        return bytes < 1 << 20
                ? String.format(Locale.ROOT, "%.1f KiB", bytes / 1024.0)
                : String.format(Locale.ROOT, "%,.1f MiB", bytes / 1048576.0);
    }
}
