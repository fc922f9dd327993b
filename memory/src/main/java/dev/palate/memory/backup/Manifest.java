package dev.palate.memory.backup;

import dev.palate.memory.MemoryException;
import dev.palate.memory.MemoryException.Code;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/// What stands beside a back-up, in `FILE.json`: enough to see that it is whole before anything is replaced by it.
///
/// @param format of this manifest, 1
/// @param madeAt when, RFC 3339
/// @param bytes length of the back-up
/// @param sha256 of the back-up, lower-case hexadecimal
/// @param databaseId which database it is a copy of
/// @param epoch of the database
/// @param change number of the newest change in it
/// @param schema version of the tables
/// @param domainRule text of the domain rule that an operator had put into force, empty where that of the pack
///     held; absent in back-ups of earlier builds, which say nothing of it
public record Manifest(
        int format,
        String madeAt,
        long bytes,
        String sha256,
        String databaseId,
        long epoch,
        long change,
        String schema,
        @Nullable String domainRule) {
    /// The format this build writes and reads.
    static final int FORMAT = 1;

    private static final JsonMapper JSON = JsonMapper.builder().build();

    /// Where the manifest of a back-up is.
    static Path of(Path backup) {
        return backup.resolveSibling(backup.getFileName() + ".json");
    }

    /// When the back-up was made.
    public Instant time() {
        return Instant.parse(madeAt);
    }

    String toJson() {
        return JSON.writerWithDefaultPrettyPrinter().writeValueAsString(this) + "\n";
    }

    /// The manifest of a back-up.
    static Manifest read(Path backup) {
        Path file = of(backup);
        try {
            Manifest manifest = JSON.readValue(Files.readString(file), Manifest.class);
            if (manifest.format != FORMAT) {
                throw bad(file, "has format " + manifest.format + ", this build reads " + FORMAT, null);
            }
            return manifest;
        } catch (NoSuchFileException e) {
            throw bad(file, "is missing; copy it beside the back-up, which is not restored without it", e);
        } catch (IOException | JacksonException e) {
            throw bad(file, "cannot be read (" + e.getClass().getSimpleName() + "); use another back-up", e);
        }
    }

    private static MemoryException bad(Path file, String why, @Nullable Throwable cause) {
        return new MemoryException(Code.BAD_FILE, "the manifest " + file + " " + why, cause);
    }
}
