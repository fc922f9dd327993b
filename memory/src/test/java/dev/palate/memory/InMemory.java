package dev.palate.memory;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.extension.AnnotatedElementContext;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.io.TempDirFactory;

/// Temporary folders on a file system in memory where there is one with room, as `junit-platform.properties` says for
/// all tests of this module: what a process had written outlives its kill there as on a disk, and a sync, of which a
/// test does thousands, costs nothing however busy the disk is. That data is synced before it is acknowledged is for
/// `SyncTraceTest`, which sees the calls.
public final class InMemory implements TempDirFactory {
    private static final Path MEMORY = Path.of("/dev/shm");
    private static final long ENOUGH = 2L << 30;

    @Override
    public Path createTempDirectory(AnnotatedElementContext element, ExtensionContext context) throws IOException {
        return folder("palate-test-");
    }

    /// A new folder.
    public static Path folder(String prefix) throws IOException {
        return Files.isWritable(MEMORY) && Files.getFileStore(MEMORY).getUsableSpace() > ENOUGH
                ? Files.createTempDirectory(MEMORY, prefix)
                : Files.createTempDirectory(prefix);
    }
}
