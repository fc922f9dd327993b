package dev.palate.memory.dataset;

import dev.palate.memory.MemoryException;
import dev.palate.memory.MemoryException.Code;
import dev.palate.memory.catalog.Catalog;
import dev.palate.memory.interaction.Interactions;
import dev.palate.memory.job.Job;
import dev.palate.memory.job.JobId;
import dev.palate.memory.job.JobStatus;
import dev.palate.memory.job.Jobs;
import dev.palate.memory.user.Users;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// Brings a data set in: reads it whole to check it, then reads it again to write it.
///
/// Nothing is written before every row was looked at, so a malformed file, or one with too many bad rows, leaves
/// nothing behind. Writing goes through the same ports as everyone's, in batches that let single writes pass. After
/// each
/// batch its position is recorded; an import of the same files that was interrupted goes on there, and as every batch
/// may be written twice with the effect of once, nothing is lost or doubled. The import is a job of kind `import`.
/// Memory grows with the items, the distinct tags, the users and the memories (at most 500,000), not with the
/// interactions. One import at a time; not thread-safe.
public final class DatasetImport {
    /// Which part of the work.
    public enum Phase {
        /// Reading and checking everything; the total is not known.
        CHECK,
        /// Writing items.
        ITEMS,
        /// Writing users.
        USERS,
        /// Writing interactions.
        INTERACTIONS,
        /// Judging and writing memories.
        MEMORIES
    }

    /// Told where the import is, about once per batch, on the importing thread.
    public interface Progress {
        /// @param done rows done in this phase
        /// @param total rows of this phase, 0 when not known
        void at(Phase phase, long done, long total);

        /// Told once, before anything is written, when an earlier import of these files was interrupted: whether this
        /// one goes on there, or why not.
        default void begins(String words) {}
    }

    /// Where an import writes.
    ///
    /// @param logs the folder of the report of rejected rows
    /// @param positions where interrupted imports stopped
    /// @param memories where memories go; a data set that holds some is refused when absent
    public record Target(
            Catalog catalog,
            Users users,
            Interactions interactions,
            Jobs jobs,
            Path logs,
            ImportPositions positions,
            @Nullable MemoryDoor memories) {
        /// One that takes no memories and begins at the beginning each time.
        public Target(Catalog catalog, Users users, Interactions interactions, Jobs jobs, Path logs) {
            this(catalog, users, interactions, jobs, logs, ImportPositions.NONE, null);
        }
    }

    /// How many rows there were and how many of them were news.
    public record Count(long rows, long changed) {}

    /// What an import did.
    ///
    /// @param memories those that came to the gates
    /// @param refusals how many of the memories the gates refused, by reason
    /// @param resumed how many rows were not written again, because an interrupted import had written them
    /// @param tags how many tags were given, repeated ones counted
    /// @param rejected how many rows were left out
    /// @param examples the first 100 of those
    /// @param report the file that lists them, absent when there are none
    public record Result(
            JobId job,
            Count items,
            Count users,
            Count interactions,
            Count memories,
            Map<String, Long> refusals,
            long resumed,
            long tags,
            long rejected,
            List<RejectedRow> examples,
            @Nullable Path report) {
        public Result {
            examples = List.copyOf(examples);
            refusals = Map.copyOf(refusals);
        }

        /// True when everything was there already.
        public boolean changedNothing() {
            return items.changed + users.changed + interactions.changed + memories.changed + resumed == 0;
        }
    }

    private final Target target;
    private final Clock clock;
    private final double maxRejected;

    /// @param maxRejected share of the rows that may be bad before the import is refused, in [0, 1]
    public DatasetImport(Target target, Clock clock, double maxRejected) {
        if (!(maxRejected >= 0 && maxRejected <= 1)) {
            throw new IllegalArgumentException("share of rejected rows must be in [0, 1], was " + maxRejected);
        }
        this.target = target;
        this.clock = clock;
        this.maxRejected = maxRejected;
    }

    /// Imports the data set.
    ///
    /// @throws MemoryException `BAD_FILE` when a file is malformed as such, `BAD_INPUT` when too many rows are bad;
    ///     nothing was written then
    public Result run(DatasetReader reader, Progress progress) {
        return run(reader, progress, false);
    }

    /// As above.
    ///
    /// @param restart whether to begin at the beginning also when an import of these files was interrupted
    public Result run(DatasetReader reader, Progress progress, boolean restart) {
        Job job = target.jobs.start("import", "checking the data set (" + reader.source() + ")");
        boolean done = false;
        try {
            Result result = run(reader, progress, restart, job.id());
            done = true;
            target.jobs.update(job.id(), JobStatus.SUCCEEDED, 1, summary(result));
            return result;
        } catch (MemoryException e) {
            String message = String.valueOf(e.getMessage()).replaceAll("\\p{Cntrl}", " ");
            target.jobs.update(job.id(), JobStatus.FAILED, 0, message.substring(0, Math.min(message.length(), 2_000)));
            done = true;
            throw e;
        } finally {
            if (!done) {
                target.jobs.update(
                        job.id(), JobStatus.FAILED, 0, "the import ended early; run it again to complete it");
            }
        }
    }

    private Result run(DatasetReader reader, Progress progress, boolean restart, JobId job) {
        try (RejectionReport report =
                new RejectionReport(target.logs.resolve("import-" + job.value() + ".rejected.tsv"))) {
            String source = Fingerprint.source(reader);
            ImportPosition from = begin(reader, progress, source, restart, job);
            DatasetContent content = check(reader, progress, report);
            DatasetWriter writer = new DatasetWriter(target, clock, content, from, progress);
            writer.write(reader);
            target.positions.remove(source);
            return new Result(
                    job,
                    writer.items(),
                    writer.users(),
                    writer.interactions(),
                    writer.memories(),
                    writer.refusals(),
                    writer.resumed(),
                    content.tags(),
                    report.count(),
                    report.examples(),
                    report.file());
        }
    }

    private ImportPosition begin(DatasetReader reader, Progress progress, String source, boolean restart, JobId job) {
        if (target.positions.equals(ImportPositions.NONE)) {
            return new ImportPosition(source, "", job, Phase.ITEMS, 0);
        }
        String fingerprint = Fingerprint.of(reader);
        ImportPosition start = new ImportPosition(source, fingerprint, job, Phase.ITEMS, 0);
        @Nullable ImportPosition earlier = target.positions.of(source).orElse(null);
        if (earlier == null) {
            return start;
        }
        String where = earlier.phase().name().toLowerCase(Locale.ROOT) + ", row " + earlier.rows();
        if (restart) {
            progress.begins("an earlier import stopped at " + where + "; beginning anew, as asked");
            return start;
        }
        if (!earlier.fingerprint().equals(fingerprint)) {
            progress.begins("an earlier import stopped at " + where
                    + ", but the files or the way they are read have changed since; beginning anew");
            return start;
        }
        progress.begins("going on where an earlier import stopped: " + where);
        return new ImportPosition(source, fingerprint, job, earlier.phase(), earlier.rows());
    }

    private DatasetContent check(DatasetReader reader, Progress progress, RejectionReport report) {
        DatasetContent content = new DatasetContent(
                reader,
                new RowCheck(target.catalog, clock.instant()),
                report,
                done -> progress.at(Phase.CHECK, done, 0));
        reader.items(content);
        reader.interactions(content);
        reader.memories(content);
        long rows = content.rows();
        if (rows == 0) {
            throw new MemoryException(Code.BAD_INPUT, "the data set has no row; check the path and the format");
        }
        if (report.count() > rows * maxRejected) {
            throw new MemoryException(
                    Code.BAD_INPUT,
                    String.format(
                            Locale.ROOT,
                            "%,d of %,d rows are bad (%.2f %%), allowed are %.2f %%; nothing was imported, they are "
                                    + "listed in %s; mend them or allow more",
                            report.count(),
                            rows,
                            100.0 * report.count() / rows,
                            100 * maxRejected,
                            report.file()));
        }
        if (content.memories() > 0 && target.memories == null) {
            throw new MemoryException(
                    Code.BAD_INPUT, "the data set holds memories, which cannot be taken in here; use ./palate import");
        }
        progress.at(Phase.CHECK, rows, rows);
        return content;
    }

    /// One line for people: what came in and what was news.
    public static String summary(Result result) {
        String memories =
                result.memories.rows == 0 ? "" : String.format(Locale.ROOT, ", %,d memories", result.memories.rows);
        String refused = result.refusals.isEmpty()
                ? ""
                : "; the gates refused "
                        + new TreeMap<>(result.refusals)
                                .entrySet().stream()
                                        .map(entry -> String.format(
                                                Locale.ROOT, "%,d (%s)", entry.getValue(), entry.getKey()))
                                        .collect(Collectors.joining(", "));
        String resumed = result.resumed == 0
                ? ""
                : String.format(Locale.ROOT, "; %,d rows had been written before the interruption", result.resumed);
        String news = result.changedNothing()
                ? "; all of it was there already, nothing changed"
                : String.format(
                        Locale.ROOT,
                        "; new or changed: %,d items, %,d users, %,d interactions%s",
                        result.items.changed,
                        result.users.changed,
                        result.interactions.changed,
                        memories.isEmpty()
                                ? ""
                                : String.format(Locale.ROOT, ", %,d memories", result.memories.changed));
        return String.format(
                Locale.ROOT,
                "%,d items, %,d users, %,d interactions%s and %,d tags; %,d rows rejected%s%s%s",
                result.items.rows,
                result.users.rows,
                result.interactions.rows,
                memories,
                result.tags,
                result.rejected,
                refused,
                resumed,
                news);
    }
}
