package dev.palate.web.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.palate.memory.catalog.Item;
import dev.palate.memory.catalog.ItemId;
import dev.palate.memory.index.IndexChanges;
import dev.palate.memory.index.IndexOptions;
import dev.palate.memory.memory.Actor;
import dev.palate.memory.memory.Evidence;
import dev.palate.memory.memory.Memories;
import dev.palate.memory.memory.Memory;
import dev.palate.memory.memory.MemoryId;
import dev.palate.memory.memory.MemoryKind;
import dev.palate.memory.memory.Subject;
import dev.palate.memory.memory.Trust;
import dev.palate.memory.sql.DataDirectory;
import dev.palate.memory.sql.SqlTruth;
import dev.palate.memory.sql.TruthPlace;
import dev.palate.memory.text.HashingEncoder;
import dev.palate.memory.user.User;
import dev.palate.memory.user.UserId;
import dev.palate.web.PalateProperties;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.core.env.MapPropertySource;
import org.springframework.core.env.StandardEnvironment;
import picocli.CommandLine;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// `./palate memory` where the truth is on PostgreSQL: a real server in a temporary folder.
@Timeout(180)
class PostgresMemoryCommandTest {
    private static final Path INSTALLED = Path.of("/usr/lib/postgresql");
    private static final int MEMORIES = 5;
    /// The server ends when the pipe from this process does, however that ends.
    private static final String RUN = "\"$0/postgres\" -D \"$1\" -p \"$2\" -c listen_addresses=127.0.0.1"
            + " -c unix_socket_directories= </dev/null & server=$!; cat >/dev/null; kill -QUIT $server; wait $server";

    @TempDir
    Path folder;

    private Process server;
    private String url = "";

    private Path data() {
        return folder.resolve("data");
    }

    @BeforeEach
    void startAndFill() throws Exception {
        Optional<Path> bin = bin();
        assertThat(bin.isPresent() || !"true".equals(System.getenv("CI")))
                .as("PostgreSQL under %s", INSTALLED)
                .isTrue();
        Assumptions.assumeTrue(bin.isPresent(), "no PostgreSQL server under " + INSTALLED);
        Path cluster = Files.createDirectory(folder.resolve("server"));
        if (root()) {
            // The folder of a test is its own user's alone.
            folder.toFile().setExecutable(true, false);
            run("chown", "postgres", cluster.toString());
        }
        run(asServer(
                bin.get().resolve("initdb").toString(),
                "-D",
                cluster.toString(),
                "-U",
                "palate",
                "--auth=trust",
                "--encoding=UTF8",
                "--locale=C.UTF-8",
                "--no-sync"));
        int port = freePort();
        url = "jdbc:postgresql://127.0.0.1:" + port + "/postgres";
        server = new ProcessBuilder(
                        asServer("sh", "-c", RUN, bin.get().toString(), cluster.toString(), Integer.toString(port)))
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("server.log").toFile())
                .start();
        awaitServer();
        fill();
    }

    @AfterEach
    void stop() throws Exception {
        if (server != null) {
            server.getOutputStream().close();
            assertThat(server.waitFor(60, TimeUnit.SECONDS)).isTrue();
        }
    }

    private static Optional<Path> bin() throws IOException {
        if (!Files.isDirectory(INSTALLED)) {
            return Optional.empty();
        }
        try (Stream<Path> versions = Files.list(INSTALLED)) {
            return versions.map(version -> version.resolve("bin"))
                    .filter(bin -> Files.isExecutable(bin.resolve("initdb")))
                    .max(Comparator.naturalOrder());
        }
    }

    private static boolean root() {
        return "root".equals(System.getProperty("user.name"));
    }

    /// PostgreSQL refuses to run as root.
    private static String[] asServer(String... command) {
        List<String> words = new ArrayList<>(root() ? List.of("runuser", "-u", "postgres", "--") : List.of());
        words.addAll(List.of(command));
        return words.toArray(String[]::new);
    }

    private static void run(String... command) throws Exception {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        process.getOutputStream().close();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(said).isZero();
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private void awaitServer() throws Exception {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while (true) {
            try {
                DriverManager.getConnection(url, "palate", "").close();
                return;
            } catch (SQLException e) {
                if (System.nanoTime() > end) {
                    throw new AssertionError(Files.readString(folder.resolve("server.log")), e);
                }
                Thread.sleep(20);
            }
        }
    }

    private void fill() throws InterruptedException {
        UserId anna = new UserId("anna");
        try (DataDirectory directory = DataDirectory.open(data());
                SqlTruth truth = SqlTruth.open(new TruthPlace.Server(url, "palate", ""), directory, Clock.systemUTC());
                HashingEncoder encoder = new HashingEncoder()) {
            truth.users().ensure(new User(anna, "", Clock.systemUTC().instant(), false));
            truth.catalog().put(Item.of(new ItemId("1"), "Alien", 1979, List.of("Horror")));
            for (int i = 0; i < MEMORIES; i++) {
                Memory memory = Memory.fresh(
                        new MemoryId("m" + i),
                        new Subject.OfUser(anna),
                        MemoryKind.TRAIT,
                        "likes films of the year " + (1970 + i),
                        0,
                        Trust.STATED,
                        null,
                        List.of(new Evidence("message", "said" + i, "x")),
                        Clock.systemUTC().instant());
                truth.memories().put(List.of(new Memories.Write(memory, Actor.SYSTEM, "test")));
            }
            var sources =
                    new IndexChanges.Sources(truth.changes(), truth.catalog(), truth.memories(), truth.coldMemories());
            try (IndexChanges index = IndexChanges.open(directory.root(), sources, encoder, IndexOptions.defaults())) {
                assertThat(index.awaitEncoded(Duration.ofSeconds(30))).isTrue();
            }
        }
    }

    private record Ran(int status, String out, String err) {}

    private Ran palate(String... arguments) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        StandardEnvironment environment = new StandardEnvironment();
        environment
                .getPropertySources()
                .addFirst(new MapPropertySource(
                        "test",
                        Map.of(
                                "palate.encoder", "hashing",
                                "palate.truth.url", url,
                                "palate.truth.user", "palate")));
        String[] all = Stream.concat(Stream.of(arguments), Stream.of("--data", data().toString()))
                .toArray(String[]::new);
        int status = new CommandLine(new MemoryCommand(() -> PalateProperties.of(environment)))
                .setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(err, true))
                .execute(all);
        return new Ran(status, out.toString(), err.toString());
    }

    private void sql(String statement) throws SQLException {
        try (Connection connection = DriverManager.getConnection(url, "palate", "");
                Statement runner = connection.createStatement()) {
            assertThat(runner.executeUpdate(statement)).as(statement).isPositive();
        }
    }

    @Test
    void statsCountsWhatIsOnTheServer() {
        Ran table = palate("stats");
        assertThat(table.status()).as(table.err()).isZero();
        assertThat(table.out())
                .containsPattern("memories     5, the oldest of 20\\S+Z, the newest change 20\\S+Z")
                .contains("  by trust   stated 5")
                .contains("beside       5 revisions, 5 entries of evidence, 0 rejections, 0 codebooks")
                .contains("index        5 memories, 5 with a vector; 0 changes after its last commit")
                .contains("bytes        truth on a server (codes 0.0 KiB), index of memories ");
        JsonNode stats = new JsonMapper().readTree(palate("stats", "--json").out());
        assertThat(stats.get("memories").asInt()).isEqualTo(MEMORIES);
        assertThat(stats.get("bytes").get("truth").asLong()).isZero();
    }

    @Test
    void checkSaysWhatDiffersAndReindexMendsIt() throws SQLException {
        Ran sound = palate("check");
        assertThat(sound.status()).as(sound.out() + sound.err()).isZero();
        assertThat(sound.out())
                .contains("ok   truth    the 5 memories agree")
                .contains("ok   index    the 5 memories in it agree with the truth");
        sql("delete from memory_evidence where memory_id = 'm3'");
        sql("update memory set text = 'other words' where id = 'm1'");
        sql("insert into memory_evidence (type, id, memory_id) values ('memory', 'gone', 'm2')");
        Ran check = palate("check");
        assertThat(check.status()).isEqualTo(1);
        assertThat(check.out())
                .contains("BAD  truth    1 memories with evidence that the ledger lacks (m3)")
                .contains("BAD  truth    1 memories that differ from their newest revision (m1)")
                .contains("BAD  truth    1 memories that rest on one that is gone (m2)")
                .contains("BAD  index    1 memories in the index with other words (m1)");
        Ran reindex = palate("reindex");
        assertThat(reindex.status()).as(reindex.err()).isZero();
        assertThat(reindex.out()).contains("Reindexed 1 items and 5 memories").contains("; 1 entries mended");
        assertThat(palate("check").out())
                .contains("ok   index    the 5 memories in it agree with the truth")
                .doesNotContain("ledger lacks");
    }
}
