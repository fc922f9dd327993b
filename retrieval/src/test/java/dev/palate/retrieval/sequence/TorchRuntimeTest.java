package dev.palate.retrieval.sequence;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.palate.retrieval.Progress;
import dev.palate.retrieval.RetrievalException;
import dev.palate.retrieval.RetrievalException.Code;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TorchRuntimeTest {
    @TempDir
    Path folder;

    @BeforeEach
    void isPinnedForThisMachine() {
        assumeTrue(System.getProperty("os.name").startsWith("Linux")
                && System.getProperty("os.arch").equals("amd64"));
    }

    @Test
    void withoutItOneLineSaysHowToGetIt() {
        TorchRuntime torch = runtime("");
        assertThat(torch.jars()).isEmpty();
        assertThat(torch.advice())
                .startsWith("fetch PyTorch (116 MB, BSD-3-Clause) once with ./palate model pull pytorch, or put ")
                .endsWith(folder.resolve("cache/native/pytorch-2.7.1").toString())
                .doesNotContain("\n");
    }

    @Test
    void whatMavenGivesIsComparedWithThePin() throws IOException {
        Path bin = tool("out=${5#-DoutputDirectory=}; echo other > $out/api-0.35.1.jar");
        assertThatThrownBy(() -> runtime(bin.toString()).pull(Progress.NONE))
                .isInstanceOfSatisfying(
                        RetrievalException.class, e -> assertThat(e.code()).isEqualTo(Code.BAD_FILE))
                .hasMessageStartingWith("the file is not ai.djl:api:0.35.1: its SHA-256 is ")
                .hasMessageEndingWith("; it was deleted");
        assertThat(left()).containsExactly("lock");
    }

    @Test
    void whatMavenSaysIsTold() throws IOException {
        Path bin = tool("echo '[ERROR] no route to https://me:secret@example.org/x'; exit 1");
        assertThatThrownBy(() -> runtime(bin.toString()).pull(Progress.NONE))
                .isInstanceOfSatisfying(
                        RetrievalException.class, e -> assertThat(e.code()).isEqualTo(Code.NOT_FOUND))
                .hasMessageStartingWith(
                        "Maven cannot fetch ai.djl:api:0.35.1: [ERROR] no route to https://example.org/x; fetch PyTorch")
                .hasMessageNotContaining("secret");
        assertThat(left()).containsExactly("lock");
    }

    @Test
    void withoutMavenItIsSaid() {
        assertThatThrownBy(() -> runtime(folder.toString()).pull(Progress.NONE))
                .hasMessageStartingWith("neither mvnw beside the launcher nor mvn on the PATH: fetch PyTorch");
    }

    @Test
    void aStoredJarOfTheRightSizeAndOtherBytesIsFound() throws IOException {
        Path jar = Files.createDirectories(folder.resolve("cache/native/pytorch-2.7.1"))
                .resolve("api-0.35.1.jar");
        try (RandomAccessFile file = new RandomAccessFile(jar.toFile(), "rw")) {
            file.setLength(1_000_057);
        }
        assertThatThrownBy(() -> runtime("").pull(Progress.NONE))
                .hasMessageStartingWith("the file is not ai.djl:api:0.35.1");
        assertThat(jar).doesNotExist();
    }

    @Test
    void waitingForAnotherWhoFetchesAndForMavenHasAnEnd() throws IOException {
        Path bin = tool("exec sleep 60");
        Path cache = Files.createDirectories(folder.resolve("cache/native/pytorch-2.7.1"));
        try (FileChannel channel =
                        FileChannel.open(cache.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                FileLock _ = channel.lock()) {
            assertThatThrownBy(() -> runtime(bin.toString()).pull(Progress.NONE, Duration.ofMillis(300)))
                    .isInstanceOfSatisfying(
                            RetrievalException.class, e -> assertThat(e.code()).isEqualTo(Code.DEADLINE))
                    .hasMessageStartingWith("another process has been fetching PyTorch into " + cache);
        }
        assertThatThrownBy(() -> runtime(bin.toString()).pull(Progress.NONE, Duration.ofMillis(300)))
                .isInstanceOfSatisfying(
                        RetrievalException.class, e -> assertThat(e.code()).isEqualTo(Code.DEADLINE))
                .hasMessageStartingWith("fetching PyTorch took too long, ai.djl:api:0.35.1 was not there in time");
        assertThat(left()).containsExactly("lock");
    }

    private TorchRuntime runtime(String path) {
        return TorchRuntime.of(
                Map.of(TorchRuntime.CACHE_VARIABLE, folder.resolve("cache").toString(), "PATH", path), folder);
    }

    private Path tool(String body) throws IOException {
        Path bin = Files.createDirectories(folder.resolve("bin"));
        Path tool = Files.writeString(bin.resolve("mvn"), "#!/bin/sh\n" + body + "\n");
        Files.setPosixFilePermissions(tool, PosixFilePermissions.fromString("rwx------"));
        return bin;
    }

    private List<String> left() throws IOException {
        try (var files = Files.list(folder.resolve("cache/native/pytorch-2.7.1"))) {
            return files.map(file -> String.valueOf(file.getFileName())).toList();
        }
    }
}
