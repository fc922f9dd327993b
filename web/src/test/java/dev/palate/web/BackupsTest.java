package dev.palate.web;

import static org.assertj.core.api.Assertions.assertThat;

import dev.palate.memory.catalog.Catalog;
import dev.palate.memory.catalog.Item;
import dev.palate.memory.catalog.ItemId;
import dev.palate.memory.sql.DataDirectory;
import dev.palate.web.cli.BackupCommand;
import dev.palate.web.cli.RestoreCommand;
import dev.palate.web.security.LocalDoor;
import dev.palate.web.wiring.TruthPlaces;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.http.HttpRequest;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.core.env.MapPropertySource;
import org.springframework.core.env.StandardEnvironment;
import picocli.CommandLine;

/// Back-ups by command, of a running server and of a directory nobody holds; and where the truth is said to be.
@Timeout(180)
class BackupsTest {
    @TempDir
    Path folder;

    /// What a command did.
    private record Ran(int status, String out, String err) {}

    private Ran run(Callable<Integer> command, String... arguments) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        int status = new CommandLine(command)
                .setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(err, true))
                .setExecutionExceptionHandler((e, line, parsed) -> {
                    err.write(e.getMessage());
                    return 1;
                })
                .execute(arguments);
        return new Ran(status, out.toString(), err.toString());
    }

    private String data() {
        return folder.resolve("data").toString();
    }

    private void aTruth() {
        try (DataDirectory directory = DataDirectory.open(folder.resolve("data"));
                var truth = dev.palate.memory.sql.SqlTruth.open(directory, java.time.Clock.systemUTC())) {
            truth.catalog().put(Item.of(new ItemId("1"), "Alien", 1979, List.of()));
        }
    }

    @Test
    void aRunningServerIsBackedUpAndRestoredWhenItHasStopped() throws Exception {
        Path rule = folder.resolve("data/domain-rule.json");
        Path file = folder.resolve("a b.db");
        try (TestServer server = TestServer.start(folder.resolve("data"))) {
            server.films(3);
            Files.writeString(rule, "{\"name\":\"mine\",\"terms\":[]}");
            Ran made = run(new BackupCommand(), file.toString(), "--data", data());
            assertThat(made.status()).as(made.err()).isZero();
            assertThat(made.out()).contains("Made " + file + ", ").contains(" bytes, up to change 3, SHA-256 ");
            Ran again = run(new BackupCommand(), file.toString(), "--data", data());
            assertThat(again.status()).isEqualTo(1);
            assertThat(again.err())
                    .contains("palate: back-up failed: " + file
                            + ".json is there already; a back-up overwrites nothing, name another");
            server.films(5);
            Files.writeString(rule, "{\"name\":\"other\",\"terms\":[]}");
            Ran held = run(new RestoreCommand(), file.toString(), "--data", data());
            assertThat(held.status()).isEqualTo(1);
            assertThat(held.err())
                    .contains(" is held by process " + ProcessHandle.current().pid());
            assertThat(server.bean(Catalog.class).count()).isEqualTo(5);
            assertThat(server.send(server.request("/local/backups?file=/tmp/x")
                                    .POST(HttpRequest.BodyPublishers.noBody()))
                            .statusCode())
                    .as("without the token")
                    .isEqualTo(401);
            assertThat(server.send(server.request("/local/backups?file=x")
                                    .header(
                                            LocalDoor.HEADER,
                                            LocalDoor.of(folder.resolve("data"))
                                                    .orElseThrow()
                                                    .token())
                                    .POST(HttpRequest.BodyPublishers.noBody()))
                            .body())
                    .contains("file must be an absolute path, was x");
        }
        Ran restored = run(new RestoreCommand(), file.toString(), "--data", data());
        assertThat(restored.status()).as(restored.err()).isZero();
        assertThat(rule).hasContent("{\"name\":\"mine\",\"terms\":[]}");
        assertThat(restored.out())
                .contains("Restored " + file + " of 20")
                .contains(", up to change 3; epoch ")
                .endsWith(" began, the index is built anew at the next start; the domain rule in force is the back-up's"
                        + System.lineSeparator());
        try (TestServer server = TestServer.start(folder.resolve("data"))) {
            assertThat(server.bean(Catalog.class).count()).isEqualTo(3);
        }
    }

    @Test
    void aDirectoryNobodyHoldsIsBackedUpIntoItself() throws Exception {
        Ran nothing = run(new BackupCommand(), "--data", data());
        assertThat(nothing.status()).isEqualTo(1);
        assertThat(nothing.err()).contains(data() + " holds no truth to back up; name another with --data");
        assertThat(folder.resolve("data")).doesNotExist();
        aTruth();
        Ran made = run(new BackupCommand(), "--data", data());
        assertThat(made.status()).as(made.err()).isZero();
        try (var files = Files.list(folder.resolve("data/backups"))) {
            List<Path> kept = files.sorted().toList();
            assertThat(kept).hasSize(2);
            assertThat(kept.getFirst().getFileName().toString()).matches("truth-\\d{8}-\\d{6}\\.db");
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(kept.getFirst())))
                    .isEqualTo("rw-------");
        }
    }

    @Test
    void aRestoreSaysWhichDomainRuleHoldsAfterwards() throws Exception {
        aTruth();
        Path rule = folder.resolve("data/domain-rule.json");
        Path with = folder.resolve("with.db");
        Path without = folder.resolve("without.db");
        assertThat(run(new BackupCommand(), without.toString(), "--data", data())
                        .status())
                .isZero();
        Files.writeString(rule, "{\"name\":\"mine\",\"terms\":[]}");
        assertThat(run(new BackupCommand(), with.toString(), "--data", data()).status())
                .isZero();
        String end = System.lineSeparator();
        assertThat(run(new RestoreCommand(), without.toString(), "--data", data())
                        .out())
                .endsWith(
                        "at the next start; the domain rule that was in force is gone, the pack's first holds, as when"
                                + " the back-up was made" + end);
        assertThat(rule).doesNotExist();
        assertThat(run(new RestoreCommand(), with.toString(), "--data", data()).out())
                .endsWith("at the next start; the domain rule in force is the back-up's" + end);
        assertThat(rule).hasContent("{\"name\":\"mine\",\"terms\":[]}");
        Path manifest = folder.resolve("without.db.json");
        Files.writeString(manifest, Files.readString(manifest).replaceFirst(",\\s*\"domainRule\" : \"\"", ""));
        assertThat(run(new RestoreCommand(), without.toString(), "--data", data())
                        .out())
                .as("of an earlier build's, which says nothing of it")
                .endsWith("at the next start" + end);
        assertThat(rule).exists();
    }

    @Test
    void aDomainRuleThatCannotGoWithTheBackupIsNamed() throws Exception {
        aTruth();
        Files.write(folder.resolve("data/domain-rule.json"), new byte[] {(byte) 0xFF});
        Path file = folder.resolve("one.db");
        Ran refused = run(new BackupCommand(), file.toString(), "--data", data());
        assertThat(refused.status()).isEqualTo(1);
        assertThat(refused.err())
                .contains("the domain rule domain-rule.json is not UTF-8, so it cannot go with the back-up; mend it, or"
                        + " move it away and make the back-up again");
        assertThat(file).doesNotExist();
        assertThat(folder.resolve("one.db.json")).doesNotExist();
    }

    @Test
    void markingBeginsAnEpoch() {
        Ran marked = run(new RestoreCommand(), "--mark", "--data", data());
        assertThat(marked.status()).as(marked.err()).isZero();
        assertThat(marked.out())
                .matches("(?s)Marked: epoch \\d{10} began; the index is built anew at the next start\\R");
        assertThat(run(new RestoreCommand(), "--data", data()).err())
                .contains("name either the FILE to restore or --mark");
        assertThat(run(new RestoreCommand(), "x", "--mark", "--data", data()).status())
                .isEqualTo(2);
    }

    @Test
    void theTruthsPlaceIsASettingAndItsPasswordIsNeverShown() {
        StandardEnvironment environment = new StandardEnvironment();
        environment
                .getPropertySources()
                .addFirst(new MapPropertySource(
                        "test",
                        Map.of(
                                "palate.truth.url", "jdbc:postgresql://localhost/palate?password=inurl",
                                "palate.truth.user", "me",
                                "palate.truth.password", "secret")));
        PalateProperties properties = PalateProperties.of(environment);
        try (DataDirectory directory = DataDirectory.open(folder.resolve("data"))) {
            assertThat(TruthPlaces.of(properties, directory))
                    .isEqualTo(new dev.palate.memory.sql.TruthPlace.Server(
                            "jdbc:postgresql://localhost/palate?password=inurl", "me", "secret"))
                    .asString()
                    .isEqualTo("Server[jdbc:postgresql://localhost/palate]");
            assertThat(TruthPlaces.of(PalateProperties.of(new StandardEnvironment()), directory))
                    .isEqualTo(new dev.palate.memory.sql.TruthPlace.File(directory.truth()));
        }
        assertThat(properties.toString()).doesNotContain("secret").doesNotContain("inurl");
    }
}
