package dev.palate.memory.backup;

import dev.palate.memory.MemoryException;
import dev.palate.memory.MemoryException.Code;
import dev.palate.memory.Milestone;
import dev.palate.memory.erase.ErasureLedger;
import dev.palate.memory.sql.DataDirectory;
import dev.palate.memory.sql.SqlTruth;
import dev.palate.memory.sql.SqliteFile;
import dev.palate.memory.sql.TruthPlace;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Clock;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Puts a back-up in the place of a directory's truth. Stateless.
public final class Restore {
    private Restore() {}

    /// What was restored, and the epoch that began with it.
    public record Restored(Manifest manifest, long epoch) {}

    /// Checks the back-up, makes a truth of this build from a copy of it, and exchanges that for the directory's in
    /// one step. Until then the old truth stays, whatever happens; what was written after the back-up is gone then.
    /// The domain rule in force becomes that of the back-up, right after.
    ///
    /// @param directory held by the caller, with no truth open in it
    /// @throws MemoryException `BAD_FILE` when the back-up is not what its manifest says, damaged, or of a
    ///     newer build, `STORAGE` when the disk refuses
    public static Restored into(DataDirectory directory, Path backup, Clock clock) {
        Manifest manifest = Manifest.read(backup);
        Path fresh = directory.restoring();
        try {
            discard(fresh);
            copyChecked(backup, manifest, fresh);
            Milestone.RESTORE_COPIED.reached();
            long epoch = SqlTruth.beginEpoch(new TruthPlace.File(fresh), epochOf(directory.truth()), clock);
            SqliteFile.emptyLog(fresh);
            Disk.sync(fresh);
            inscribe(directory);
            Milestone.RESTORE_READY.reached();
            exchange(fresh, directory);
            rule(manifest.domainRule(), directory.domainRule());
            return new Restored(manifest, epoch);
        } catch (IOException e) {
            throw new MemoryException(
                    Code.STORAGE,
                    "the back-up could not be put into " + directory.root() + " ("
                            + e.getClass().getSimpleName() + ": " + e.getMessage()
                            + "); the truth there is as it was, make room and try again",
                    e);
        } finally {
            discardQuietly(fresh);
        }
    }

    /// The epoch of the truth to be replaced, 0 when there is none or it cannot tell.
    private static long epochOf(Path truth) {
        try {
            return Files.exists(truth) ? SqliteFile.facts(truth).epoch() : 0;
        } catch (MemoryException e) {
            return 0;
        }
    }

    /// What the old truth has forgotten and a kill kept it from saying so must not come back with the back-up.
    private static void inscribe(DataDirectory directory) {
        if (!Files.exists(directory.truth())) {
            return;
        }
        List<SqliteFile.Begun> begun = SqliteFile.uninscribed(directory.truth());
        if (!begun.isEmpty()) {
            ErasureLedger ledger = ErasureLedger.open(directory.erased());
            ledger.append(begun.stream()
                    .map(erasure -> new ErasureLedger.Erased(erasure.type(), erasure.id(), erasure.at()))
                    .toList());
        }
    }

    private static void copyChecked(Path backup, Manifest manifest, Path fresh) throws IOException {
        Disk.create(fresh);
        String hash;
        try {
            hash = Disk.copy(backup, fresh);
        } catch (NoSuchFileException e) {
            throw new MemoryException(Code.BAD_FILE, "the back-up " + backup + " is not there; name one that is", e);
        }
        if (Files.size(fresh) != manifest.bytes() || !hash.equals(manifest.sha256())) {
            throw new MemoryException(
                    Code.BAD_FILE,
                    "the back-up " + backup + " has " + Files.size(fresh) + " bytes and SHA-256 " + hash
                            + ", its manifest says " + manifest.bytes() + " and " + manifest.sha256()
                            + "; it was changed or cut short, use another");
        }
        List<String> findings = SqliteFile.findings(fresh);
        if (!findings.isEmpty()) {
            throw new MemoryException(
                    Code.BAD_FILE, "the back-up " + backup + " is damaged: " + findings.getFirst() + "; use another");
        }
    }

    /// A log that stayed beside the file would be played into the new one: it goes into the old file, or aside
    /// where that is damaged, before the exchange.
    private static void exchange(Path fresh, DataDirectory directory) throws IOException {
        Path truth = directory.truth();
        if (Files.exists(truth)) {
            try {
                SqliteFile.emptyLog(truth);
            } catch (MemoryException e) {
                // Damaged: what its log holds cannot be saved, and restoring is the way out.
            }
        }
        Path log = truth.resolveSibling(truth.getFileName() + "-wal");
        Path aside = directory.logAside();
        if (Files.exists(log)) {
            Files.move(log, aside, StandardCopyOption.REPLACE_EXISTING);
        }
        Files.deleteIfExists(truth.resolveSibling(truth.getFileName() + "-shm"));
        Milestone.RESTORE_LOG_ASIDE.reached();
        Files.move(fresh, truth, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        Milestone.RESTORE_EXCHANGED.reached();
        Disk.syncFolder(truth);
        Files.deleteIfExists(aside);
    }

    private static void rule(@Nullable String text, Path rule) {
        Path next = rule.resolveSibling(rule.getFileName() + ".next");
        try {
            if (text == null) {
                return;
            }
            if (text.isEmpty()) {
                Files.deleteIfExists(rule);
            } else {
                Files.deleteIfExists(next);
                Disk.create(next);
                Files.writeString(next, text);
                Disk.sync(next);
                Files.move(next, rule, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            }
            Disk.syncFolder(rule);
        } catch (IOException e) {
            throw new MemoryException(
                    Code.STORAGE,
                    "the truth is restored, but the domain rule in " + rule + " is not ("
                            + e.getClass().getSimpleName() + ": " + e.getMessage()
                            + "); make room and restore the same back-up again",
                    e);
        }
    }

    private static void discard(Path fresh) throws IOException {
        for (String suffix : List.of("", "-wal", "-shm")) {
            Files.deleteIfExists(fresh.resolveSibling(fresh.getFileName() + suffix));
        }
    }

    private static void discardQuietly(Path fresh) {
        try {
            discard(fresh);
        } catch (IOException e) {
            // Deleted by the next restore; nothing reads it.
        }
    }
}
