package dev.palate.memory.sql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.palate.memory.MemoryException;
import dev.palate.memory.MemoryException.Code;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DataDirectoryTest {
    @TempDir
    Path folder;

    @Test
    void onlyItsOwnerMayEnter() throws Exception {
        Path wide = Files.createDirectory(folder.resolve("data"));
        Files.setPosixFilePermissions(wide, PosixFilePermissions.fromString("rwxr-xr-x"));
        try (DataDirectory directory = DataDirectory.open(wide)) {
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(directory.root())))
                    .isEqualTo("rwx------");
            assertThat(directory.index()).isDirectory();
            assertThat(directory.models()).isDirectory();
            assertThat(directory.logs()).isDirectory();
            assertThat(directory.exports()).isDirectory();
        }
    }

    @Test
    void aSecondOpeningInTheSameProcessIsRefusedAndLeavesTheLockAlone() throws Exception {
        try (DataDirectory directory = DataDirectory.open(folder)) {
            for (int attempt = 0; attempt < 2; attempt++) {
                assertThatThrownBy(() -> DataDirectory.open(folder))
                        .isInstanceOf(MemoryException.class)
                        .hasMessage("the data directory " + directory.root() + " is held by process "
                                + ProcessHandle.current().pid() + "; stop it or give another with --data")
                        .extracting(e -> ((MemoryException) e).code())
                        .isEqualTo(Code.DIRECTORY_HELD);
            }
            assertThat(openElsewhere()).isEqualTo("DIRECTORY_HELD");
        }
        assertThat(openElsewhere()).isEqualTo("opened");
        DataDirectory.open(folder).close();
    }

    /// What another process gets when it opens the directory.
    private String openElsewhere() throws Exception {
        Process other = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        Opener.class.getName(),
                        folder.toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        String said = new String(other.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
        assertThat(other.waitFor(60, TimeUnit.SECONDS)).isTrue();
        return said.strip();
    }

    /// Opens the directory given and says what came of it.
    static final class Opener {
        private Opener() {}

        public static void main(String[] arguments) {
            try (DataDirectory directory = DataDirectory.open(Path.of(arguments[0]))) {
                System.out.println(directory.root().isAbsolute() ? "opened" : "relative");
            } catch (MemoryException e) {
                System.out.println(e.code());
            }
        }
    }

    @Test
    void aPlaceThatCannotBeADirectoryIsSaid() throws Exception {
        Path file = Files.writeString(folder.resolve("file"), "x");
        assertThatThrownBy(() -> DataDirectory.open(file.resolve("data")))
                .isInstanceOf(MemoryException.class)
                .hasMessageStartingWith("the data directory " + file.resolve("data") + " cannot be made or written (")
                .hasMessageEndingWith("); give one that can be written with --data")
                .extracting(e -> ((MemoryException) e).code())
                .isEqualTo(Code.STORAGE);
    }
}
