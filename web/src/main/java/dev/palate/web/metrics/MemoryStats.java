package dev.palate.web.metrics;

import dev.palate.memory.change.ChangeNumber;
import dev.palate.memory.change.Changes;
import dev.palate.memory.index.IndexCheck;
import dev.palate.memory.memory.MemoryCounts;
import dev.palate.memory.tier.TierReport;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// How the memories stand, as `./palate memory stats` shows it.
///
/// @param running true when a server was asked that runs
/// @param memories of every status
/// @param groups by kind, trust, status, subject and tier
/// @param beside what is kept beside the memories
/// @param oldest when the memory was made that was made first, absent without memories
/// @param newest when a memory was changed last, absent without memories
/// @param index its last commit, absent when there is none that can be read
/// @param bytes on disk
/// @param recall as the running server probed it, absent without a server
public record MemoryStats(
        boolean running,
        long memories,
        List<Group> groups,
        Beside beside,
        @Nullable Instant oldest,
        @Nullable Instant newest,
        @Nullable Index index,
        Bytes bytes,
        @Nullable Recall recall) {
    /// Memories alike.
    ///
    /// @param tier `warm` or `cold`; what is hot is warm as well
    public record Group(String kind, String trust, String status, String subject, String tier, long count) {}

    /// What is kept beside the memories.
    public record Beside(long revisions, long evidence, long rejections, long codebooks) {}

    /// The index of memories.
    ///
    /// @param lag changes that the last commit does not have
    /// @param current false when it follows another database, epoch or time and is built anew at the next start
    /// @param encoder the version of the encoder
    /// @param formats how many documents stand in segments of each format of vectors
    public record Index(
            boolean current, long lag, long documents, long vectors, String encoder, Map<String, Long> formats) {}

    /// Bytes on disk.
    ///
    /// @param truth the file with its log, 0 where the truth is on a server
    /// @param memoryIndex of its last commit
    /// @param itemIndex of its last commit
    /// @param codes of cold memories, as stored; part of the truth
    public record Bytes(long truth, long memoryIndex, long itemIndex, long codes) {}

    /// What the probe saw since the server's start.
    ///
    /// @param formats recall of the segments of each format of vectors that was looked at, by its name
    public record Recall(double recall, long probes, long searches, Map<String, Double> formats) {
        static Recall of(TierReport report) {
            TierReport.Recalled recall = report.recall();
            Map<String, Double> formats = new TreeMap<>();
            recall.formats().forEach(one -> formats.put(one.format().name(), one.recall()));
            return new Recall(recall.recall(), recall.probes(), recall.searches(), formats);
        }
    }

    /// Looks at the last commits of the indexes, beside what the truth counted.
    ///
    /// @param changes of the truth
    /// @param directory the data directory
    /// @param tiers of the server that runs in this process, absent when none does
    public static MemoryStats of(MemoryCounts counts, Changes changes, Path directory, @Nullable TierReport tiers) {
        IndexCheck.@Nullable Facts facts =
                IndexCheck.facts(directory.resolve("index").resolve("memories")).orElse(null);
        return new MemoryStats(
                tiers != null,
                counts.memories(),
                counts.groups().stream().map(MemoryStats::group).toList(),
                new Beside(counts.revisions(), counts.evidence(), counts.rejections(), counts.codebooks()),
                counts.oldest(),
                counts.newest(),
                facts == null ? null : index(changes, facts),
                new Bytes(
                        truthBytes(directory),
                        facts == null ? 0 : facts.bytes(),
                        IndexCheck.facts(directory.resolve("index").resolve("items"))
                                .map(IndexCheck.Facts::bytes)
                                .orElse(0L),
                        counts.codeBytes()),
                tiers == null ? null : Recall.of(tiers));
    }

    private static Group group(MemoryCounts.Group group) {
        return new Group(
                group.kind(),
                group.trust(),
                group.status(),
                group.subject(),
                group.cold() ? "cold" : "warm",
                group.count());
    }

    private static Index index(Changes changes, IndexCheck.Facts facts) {
        Map<String, Long> formats = new TreeMap<>();
        facts.formats().forEach((format, documents) -> formats.put(format.name().toLowerCase(Locale.ROOT), documents));
        IndexCheck.Followed followed = facts.followed();
        ChangeNumber latest = changes.latest();
        boolean current = followed.databaseId().equals(changes.databaseId())
                && followed.epoch() == changes.epoch()
                && followed.number().compareTo(latest) <= 0
                && followed.number().compareTo(changes.horizon()) >= 0;
        return new Index(
                current,
                current ? latest.value() - followed.number().value() : latest.value(),
                facts.documents(),
                facts.vectors(),
                facts.encoder(),
                formats);
    }

    private static long truthBytes(Path directory) {
        return Stream.of("truth.db", "truth.db-wal")
                .map(directory::resolve)
                .filter(Files::isRegularFile)
                .mapToLong(MemoryStats::size)
                .sum();
    }

    private static long size(Path file) {
        try {
            return Files.size(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
