package dev.palate.memory.erase;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.palate.memory.MemoryException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ErasureLedgerTest {
    private static final Instant AT = Instant.parse("2026-03-01T10:00:00.123456Z");

    @TempDir
    Path folder;

    @Test
    void namesNobodyAndIsItsOwnersOnly() throws IOException {
        ErasureLedger ledger = ErasureLedger.open(folder.resolve("erased"));
        ledger.append("user", "ann@example.org", AT);
        Path file = folder.resolve("erased/ledger");
        assertThat(Files.readString(file))
                .doesNotContain("ann")
                .isEqualTo("1772359200123456 user " + ledger.hash("user", "ann@example.org") + "\n");
        for (String name : List.of("key", "ledger")) {
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(
                            folder.resolve("erased").resolve(name))))
                    .isEqualTo("rw-------");
        }
    }

    @Test
    void isReadOnFromALengthAndByTheSameKeyAfterOpening() {
        ErasureLedger ledger = ErasureLedger.open(folder);
        long first = ledger.append("user", "ann", AT);
        ledger.append("memory", "m1", AT);
        ErasureLedger again = ErasureLedger.open(folder);
        assertThat(again.after(first).entries())
                .containsExactly(new ErasureLedger.Entry(AT, "memory", again.hash("memory", "m1")));
        assertThat(again.after(0).entries()).hasSize(2);
        assertThat(again.after(again.length()).entries()).isEmpty();
        assertThat(again.after(1_000_000).entries()).as("another ledger").hasSize(2);
        assertThat(again.hash("user", "m1")).isNotEqualTo(again.hash("memory", "m1"));
    }

    @Test
    void aLineCutShortIsCutOffAndOneThatIsForeignIsRefused() throws IOException {
        ErasureLedger ledger = ErasureLedger.open(folder);
        long whole = ledger.append("user", "ann", AT);
        Files.writeString(folder.resolve("ledger"), "17723592001234", StandardOpenOption.APPEND);
        assertThat(ErasureLedger.open(folder).length()).isEqualTo(whole);
        Files.writeString(folder.resolve("ledger"), "hello\n", StandardOpenOption.APPEND);
        assertThatThrownBy(() -> ledger.after(0))
                .isInstanceOf(MemoryException.class)
                .hasMessageContaining("has a line that is none of its own: \"hello\"; put a sound copy back");
    }

    @Test
    void aLedgerWithoutItsKeyIsRefused() throws IOException {
        ErasureLedger.open(folder).append("user", "ann", AT);
        Files.delete(folder.resolve("key"));
        assertThatThrownBy(() -> ErasureLedger.open(folder))
                .isInstanceOf(MemoryException.class)
                .hasMessageContaining("has lost its key")
                .hasMessageContaining("put the key back");
        Files.write(folder.resolve("key"), new byte[3]);
        assertThatThrownBy(() -> ErasureLedger.open(folder))
                .hasMessageContaining("must have 32 bytes, has 3; put the right one back");
    }
}
