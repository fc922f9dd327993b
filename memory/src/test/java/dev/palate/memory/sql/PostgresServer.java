package dev.palate.memory.sql;

import dev.palate.memory.InMemory;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Assumptions;

/// A PostgreSQL server of the test's own: in a temporary folder, on a free port of the loopback, gone with this
/// JVM.
///
/// It runs under a shell that reads a pipe from here and stops the server when the pipe ends, however this JVM
/// ends. PostgreSQL refuses to run as root, so root starts it as the user `postgres`.
final class PostgresServer implements AutoCloseable {
    private static final Path INSTALLED = Path.of("/usr/lib/postgresql");
    private static final Duration DEADLINE = Duration.ofSeconds(60);
    private static final String USER = "palate";
    private static final String PASSWORD = "only-for-tests";
    /// An immediate stop is what a crash leaves: nothing is flushed, the log is replayed at the next start.
    private static final String RUN =
            "\"$0/postgres\" -D \"$1\" -p \"$2\" -c listen_addresses=127.0.0.1 -c unix_socket_directories= </dev/null"
                    + " & server=$!; cat >/dev/null; kill -QUIT $server; wait $server";

    private static @Nullable PostgresServer shared;

    private final Path folder;
    private final Path bin;
    private final int port;
    private @Nullable Process shell;

    private PostgresServer(Path folder, Path bin, int port) {
        this.folder = folder;
        this.bin = bin;
        this.port = port;
    }

    /// The server that the tests of this JVM share; the test is skipped where none is installed, and fails in CI.
    static synchronized PostgresServer shared() {
        PostgresServer running = shared;
        if (running == null) {
            running = fresh();
            shared = running;
            Runtime.getRuntime().addShutdownHook(new Thread(running::close));
        }
        return running;
    }

    /// A server of its own for tests that stop it.
    static PostgresServer fresh() {
        Optional<Path> bin = bin();
        String missing = "no PostgreSQL server under " + INSTALLED + "; install the package postgresql";
        if (bin.isEmpty() && "true".equals(System.getenv("CI"))) {
            throw new IllegalStateException(missing);
        }
        Assumptions.assumeTrue(bin.isPresent(), missing);
        try {
            Path folder = InMemory.folder("palate-postgres");
            PostgresServer server = new PostgresServer(folder, bin.orElseThrow(), freePort());
            server.init();
            server.start();
            return server;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Optional<Path> bin() {
        if (!Files.isDirectory(INSTALLED)) {
            return Optional.empty();
        }
        try (Stream<Path> versions = Files.list(INSTALLED)) {
            return versions.map(version -> version.resolve("bin"))
                    .filter(bin -> Files.isExecutable(bin.resolve("initdb")))
                    .max(Comparator.naturalOrder());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private void init() throws IOException {
        Files.writeString(folder.resolve("password"), PASSWORD);
        if (isRoot()) {
            run(List.of("chown", "-R", "postgres", folder.toString()));
        }
        run(asServer(
                bin.resolve("initdb").toString(),
                "-D",
                data().toString(),
                "-U",
                USER,
                "--pwfile=" + folder.resolve("password"),
                "--auth=scram-sha-256",
                "--encoding=UTF8",
                "--locale=C.UTF-8",
                "--no-sync"));
    }

    private static boolean isRoot() {
        return "root".equals(System.getProperty("user.name"));
    }

    private static List<String> asServer(String... command) {
        List<String> words = new ArrayList<>();
        if (isRoot()) {
            words.addAll(List.of("runuser", "-u", "postgres", "--"));
        }
        words.addAll(List.of(command));
        return words;
    }

    private void run(List<String> command) throws IOException {
        Process process = new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .start();
        process.getOutputStream().close();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (waitFor(process) != 0) {
            throw new IllegalStateException(command + " failed: " + said);
        }
    }

    private static int waitFor(Process process) {
        try {
            if (!process.waitFor(DEADLINE.toSeconds(), TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw new IllegalStateException("not done within " + DEADLINE);
            }
            return process.exitValue();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }

    private Path data() {
        return folder.resolve("data");
    }

    /// Starts the server and waits until it answers.
    void start() {
        try {
            shell = new ProcessBuilder(
                            asServer("sh", "-c", RUN, bin.toString(), data().toString(), Integer.toString(port)))
                    .directory(folder.toFile())
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.appendTo(
                            folder.resolve("log").toFile()))
                    .start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        long end = System.nanoTime() + DEADLINE.toNanos();
        while (true) {
            try {
                connect("public").close();
                return;
            } catch (SQLException e) {
                if (System.nanoTime() > end) {
                    throw new IllegalStateException("the server of " + folder + " did not answer in " + DEADLINE, e);
                }
                java.util.concurrent.locks.LockSupport.parkNanos(20_000_000);
            }
        }
    }

    /// Stops the server as a crash does.
    void stop() {
        Process running = shell;
        if (running != null) {
            shell = null;
            try {
                running.getOutputStream().close();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            waitFor(running);
        }
    }

    /// Where a schema is, made when it is missing.
    TruthPlace.Server place(String schema) {
        sql(schema, "create schema if not exists " + schema);
        return new TruthPlace.Server(url(schema), USER, PASSWORD);
    }

    /// The schema of a test's folder.
    static String schema(Path folder) {
        return "t"
                + folder.getFileName().toString().replaceAll("[^a-zA-Z0-9]", "").toLowerCase(java.util.Locale.ROOT);
    }

    String url(String schema) {
        return "jdbc:postgresql://127.0.0.1:" + port + "/postgres?currentSchema=" + schema;
    }

    /// A connection beside those under test.
    Connection connect(String schema) throws SQLException {
        return DriverManager.getConnection(url(schema), USER, PASSWORD);
    }

    /// Runs a statement.
    void sql(String schema, String statement) {
        try (Connection connection = connect(schema);
                Statement runner = connection.createStatement()) {
            runner.execute(statement);
        } catch (SQLException e) {
            throw new IllegalStateException(statement, e);
        }
    }

    /// Writes a schema into a file, as a person would.
    void dump(String schema, Path file) throws IOException {
        run(List.of(
                bin.resolve("pg_dump").toString(),
                "--format=custom",
                "--schema=" + schema,
                "--file=" + file,
                "--dbname=" + address()));
    }

    /// Puts a dumped schema in the place of what is there.
    void putBack(String schema, Path file) throws IOException {
        sql(schema, "drop schema " + schema + " cascade");
        run(List.of(bin.resolve("pg_restore").toString(), "--exit-on-error", "--dbname=" + address(), file.toString()));
    }

    private String address() {
        return "postgresql://" + USER + ":" + PASSWORD + "@127.0.0.1:" + port + "/postgres";
    }

    /// The bytes of the tables' own files.
    List<String> bytesOf(String schema, List<String> tables) throws IOException {
        List<String> contents = new ArrayList<>();
        try (Connection connection = connect(schema);
                Statement statement = connection.createStatement()) {
            statement.execute("checkpoint");
            for (String table : tables) {
                try (ResultSet result = statement.executeQuery("select pg_relation_filepath('" + table + "')")) {
                    result.next();
                    contents.add(Files.readString(data().resolve(result.getString(1)), StandardCharsets.ISO_8859_1));
                }
            }
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
        return contents;
    }

    @Override
    public void close() {
        stop();
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
