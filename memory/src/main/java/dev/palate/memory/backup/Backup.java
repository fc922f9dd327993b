package dev.palate.memory.backup;

import dev.palate.memory.MemoryException;
import dev.palate.memory.MemoryException.Code;
import dev.palate.memory.Milestone;
import dev.palate.memory.sql.SqlTruth;
import dev.palate.memory.sql.SqliteFile;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.InstantSource;
import org.jspecify.annotations.Nullable;

/// Makes a back-up of a truth that is open: a copy of one moment, with a manifest beside it. Stateless.
public final class Backup {
    private static final int MOST_RULE_BYTES = 65_536;

    private Backup() {}

    /// Makes the back-up while writes go on. The manifest is written last: without one it is not whole.
    ///
    /// @param domainRule the file of the domain rule in force, which the manifest takes in; need not be there
    /// @throws MemoryException `BAD_INPUT` when the file is there already or the truth is on PostgreSQL,
    ///     `STORAGE` when the disk refuses
    public static Manifest make(SqlTruth truth, Path file, Path domainRule, InstantSource clock) {
        Path manifest = Manifest.of(file);
        boolean begun = false;
        try {
            if (Files.exists(manifest)) {
                throw new FileAlreadyExistsException(manifest.toString());
            }
            Disk.create(file);
            begun = true;
            truth.copy(file);
            Milestone.BACKUP_COPIED.reached();
            Disk.sync(file);
            Milestone.BACKUP_SYNCED.reached();
            Manifest made = manifest(file, domainRule, clock);
            Disk.create(manifest);
            Files.writeString(manifest, made.toJson());
            Disk.sync(manifest);
            Milestone.BACKUP_ENDED.reached();
            begun = false;
            return made;
        } catch (FileAlreadyExistsException e) {
            throw new MemoryException(
                    Code.BAD_INPUT,
                    e.getMessage() + " is there already; a back-up overwrites nothing, name another",
                    e);
        } catch (IOException e) {
            throw new MemoryException(
                    Code.STORAGE,
                    "the back-up " + file + " could not be written ("
                            + e.getClass().getSimpleName() + ": " + e.getMessage()
                            + "); name a folder that can be written and has room",
                    e);
        } finally {
            if (begun) {
                discard(file, manifest);
            }
        }
    }

    private static Manifest manifest(Path file, Path domainRule, InstantSource clock) throws IOException {
        SqliteFile.Facts facts = SqliteFile.facts(file);
        return new Manifest(
                Manifest.FORMAT,
                clock.instant().toString(),
                Files.size(file),
                Disk.sha256(file),
                facts.databaseId(),
                facts.epoch(),
                facts.latest().value(),
                facts.schema(),
                text(domainRule));
    }

    private static String text(Path file) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            byte[] bytes = in.readNBytes(MOST_RULE_BYTES + 1);
            if (bytes.length > MOST_RULE_BYTES) {
                throw unusable(file, "has more than " + MOST_RULE_BYTES + " bytes", null);
            }
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
        } catch (NoSuchFileException e) {
            return "";
        } catch (CharacterCodingException e) {
            throw unusable(file, "is not UTF-8", e);
        }
    }

    private static MemoryException unusable(Path file, String why, @Nullable Exception cause) {
        return new MemoryException(
                Code.BAD_FILE,
                "the domain rule " + file.getFileName() + " " + why + ", so it cannot go with the back-up; mend it, or"
                        + " move it away and make the back-up again",
                cause);
    }

    private static void discard(Path file, Path manifest) {
        try {
            Files.deleteIfExists(file);
            Files.deleteIfExists(manifest);
        } catch (IOException e) {
            // What is left has no whole manifest, so it is never restored; the exception under way says why.
        }
    }
}
