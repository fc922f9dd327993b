package dev.palate.memory.sql;

import static org.assertj.core.api.Assertions.assertThat;

import dev.palate.memory.Page;
import dev.palate.memory.catalog.ItemId;
import dev.palate.memory.conversation.ConversationId;
import dev.palate.memory.gate.SensitiveClass;
import dev.palate.memory.interaction.Feedback;
import dev.palate.memory.job.JobId;
import dev.palate.memory.memory.Evidence;
import dev.palate.memory.memory.MemoryId;
import dev.palate.memory.memory.Subject;
import dev.palate.memory.slate.SlateId;
import dev.palate.memory.user.UserId;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.MigrationInfo;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// A database of every version of the tables there ever was, with a row in each table, is opened by today's code and
/// has lost nothing. The rows of a version are in `golden/V….sql`; a version that adds a table adds its file.
@Timeout(120)
class MigrationTest {
    private static final UserId ANN = new UserId("ann");

    @TempDir
    Path folder;

    private interface Place {
        Connection connect() throws SQLException;

        TruthPlace truth();

        DataSource source();
    }

    private Place sqlite(String version) {
        Path file = folder.resolve("v" + version + ".db");
        return new Place() {
            @Override
            public Connection connect() throws SQLException {
                return DriverManager.getConnection("jdbc:sqlite:" + file);
            }

            @Override
            public TruthPlace truth() {
                return new TruthPlace.File(file);
            }

            @Override
            public DataSource source() {
                return new SqliteDialect(file).migrating();
            }
        };
    }

    private Place postgres(String version) {
        PostgresServer server = PostgresServer.shared();
        String schema = PostgresServer.schema(folder.resolve("v" + version));
        TruthPlace.Server place = server.place(schema);
        return new Place() {
            @Override
            public Connection connect() throws SQLException {
                return server.connect(schema);
            }

            @Override
            public TruthPlace truth() {
                return place;
            }

            @Override
            public DataSource source() {
                return new PostgresDialect(place).migrating();
            }
        };
    }

    @Test
    void everyEarlierFileIsReadByThisBuild() throws Exception {
        for (String version : versions(sqlite("0"))) {
            look(version, sqlite(version));
        }
    }

    @Test
    void everyEarlierSchemaIsReadByThisBuild() throws Exception {
        for (String version : versions(postgres("0"))) {
            look(version, postgres(version));
        }
    }

    private static Flyway flyway(Place place, String target) {
        return Flyway.configure(Database.class.getClassLoader())
                .dataSource(place.source())
                .locations("classpath:db/migration")
                .javaMigrations(new EvidenceMigration())
                .target(target)
                .load();
    }

    private static List<String> versions(Place place) {
        List<String> versions = new ArrayList<>();
        for (MigrationInfo info : flyway(place, "latest").info().all()) {
            versions.add(info.getVersion().getVersion());
        }
        assertThat(versions).contains("1", "2", "3", "5");
        return versions;
    }

    /// Makes the tables of the version step by step, each with its rows, and opens them.
    private static void look(String version, Place place) throws Exception {
        Map<String, List<String>> before;
        for (String step : versions(place)) {
            if (Double.parseDouble(step) > Double.parseDouble(version)) {
                break;
            }
            flyway(place, step).migrate();
            try (Connection connection = place.connect()) {
                fill(connection, step);
            }
        }
        try (Connection connection = place.connect()) {
            before = rows(connection, Map.of());
        }
        assertThat(before)
                .as("rows of version %s: a table that a version adds wants a row in golden/V%s.sql", version, version)
                .allSatisfy((table, rows) -> assertThat(rows).as(table).isNotEmpty());
        try (SqlTruth truth = SqlTruth.open(place.truth(), new TickingClock())) {
            read(truth, version);
        }
        try (Connection connection = place.connect()) {
            Map<String, List<String>> after = rows(connection, columns(before));
            before.forEach((table, rows) -> assertThat(after.get(table))
                    .as("table %s of version %s", table, version)
                    .containsAll(rows.subList(1, rows.size())));
        }
    }

    private static void fill(Connection connection, String version) throws IOException, SQLException {
        try (var golden = MigrationTest.class.getResourceAsStream("/golden/V" + version + ".sql");
                Statement statement = connection.createStatement()) {
            if (golden == null) {
                return;
            }
            String sql = new String(golden.readAllBytes(), StandardCharsets.UTF_8);
            for (String one : sql.split(";\\s*\\n", -1)) {
                if (!one.isBlank()) {
                    statement.execute(one);
                }
            }
        }
    }

    /// The columns of each table, which stand before its rows.
    private static Map<String, List<String>> columns(Map<String, List<String>> rows) {
        Map<String, List<String>> columns = new TreeMap<>();
        rows.forEach(
                (table, all) -> columns.put(table, Arrays.asList(all.getFirst().split(","))));
        return columns;
    }

    /// Every table with its columns and rows.
    ///
    /// @param only columns to read of a table, all when it is not named
    private static Map<String, List<String>> rows(Connection connection, Map<String, List<String>> only)
            throws SQLException {
        TreeSet<String> tables = new TreeSet<>();
        try (ResultSet found =
                connection.getMetaData().getTables(null, connection.getSchema(), "%", new String[] {"TABLE"})) {
            while (found.next()) {
                String name = found.getString("TABLE_NAME");
                // What changes by itself: marks of the database, the counter, Flyway's own.
                if (!List.of("meta", "counter", "flyway_schema_history").contains(name)
                        && !name.startsWith("sqlite_")) {
                    tables.add(name);
                }
            }
        }
        Map<String, List<String>> all = new TreeMap<>();
        for (String table : tables) {
            String columns = only.containsKey(table) ? String.join(",", only.get(table)) : "*";
            try (Statement statement = connection.createStatement();
                    ResultSet result = statement.executeQuery("select " + columns + " from " + table)) {
                List<String> lines = new ArrayList<>();
                lines.add(String.join(",", names(result.getMetaData())));
                while (result.next()) {
                    lines.add(line(result));
                }
                if (lines.size() > 1 || !only.containsKey(table)) {
                    all.put(table, lines.size() > 1 ? lines : List.of());
                }
            }
        }
        return all;
    }

    private static List<String> names(ResultSetMetaData data) throws SQLException {
        List<String> names = new ArrayList<>();
        for (int i = 1; i <= data.getColumnCount(); i++) {
            names.add(data.getColumnName(i));
        }
        return names;
    }

    private static String line(ResultSet result) throws SQLException {
        StringBuilder line = new StringBuilder();
        for (int i = 1; i <= result.getMetaData().getColumnCount(); i++) {
            @Nullable String value = result.getString(i);
            line.append(value).append('|');
        }
        return line.toString();
    }

    /// Every port reads what the version had.
    private static void read(SqlTruth truth, String version) throws InterruptedException {
        assertThat(truth.catalog().item(new ItemId("alien")).orElseThrow()).satisfies(item -> {
            assertThat(item.title()).isEqualTo("Alien");
            assertThat(item.categories()).containsExactly("Horror", "Sci-Fi");
            assertThat(item.tags()).containsExactly("slow burn");
            assertThat(item.attributes()).containsEntry("imdb", "0078748");
        });
        assertThat(truth.users().user(ANN).orElseThrow().name()).isEqualTo("Ann");
        assertThat(truth.interactions().ofUser(ANN, 10))
                .singleElement()
                .satisfies(interaction -> assertThat(interaction.feedback()).isEqualTo(new Feedback.Rated(4.5)));
        assertThat(truth.memories().memory(new MemoryId("m1")).orElseThrow()).satisfies(memory -> {
            assertThat(memory.text()).isEqualTo("Likes horror");
            assertThat(memory.subject()).isEqualTo(new Subject.OfUser(ANN));
            assertThat(memory.evidence()).containsExactly(new Evidence("message", "msg1", "I love horror"));
            assertThat(memory.revision()).isEqualTo(1);
        });
        assertThat(truth.memories().history(new MemoryId("m1")))
                .singleElement()
                .satisfies(revision -> assertThat(revision.state().text()).isEqualTo("Likes horror"));
        assertThat(truth.conversations()
                        .messages(new ConversationId("c1"), null, Page.MAX_LIMIT)
                        .items())
                .singleElement()
                .satisfies(message -> assertThat(message.text()).isEqualTo("I love horror"));
        assertThat(truth.slates().slate(new SlateId("s1")).orElseThrow().entries())
                .singleElement()
                .satisfies(entry -> assertThat(entry.item()).isEqualTo(new ItemId("alien")));
        assertThat(truth.jobs().job(new JobId("j1"))).isPresent();
        assertThat(truth.apiKeys().all())
                .singleElement()
                .satisfies(key -> assertThat(key.user()).isEqualTo(ANN));
        assertThat(truth.changes().latest().value()).isEqualTo(2);
        if (Double.parseDouble(version) >= 2) {
            assertThat(truth.rejections()
                            .page(new Subject.OfUser(ANN), null, 10)
                            .items())
                    .singleElement()
                    .satisfies(rejection -> assertThat(rejection.reason()).isEqualTo("quota"));
            assertThat(truth.consents().of(ANN)).containsExactly(SensitiveClass.HEALTH);
        }
        if (Double.parseDouble(version) >= 3) {
            assertThat(truth.coldMemories().of(new Subject.OfUser(ANN)))
                    .singleElement()
                    .satisfies(cold -> assertThat(cold.codebook()).isEqualTo(1));
            assertThat(truth.coldMemories().accesses(new Subject.OfUser(ANN))).hasSize(1);
        }
        if (Double.parseDouble(version) >= 5) {
            try (var erasure = truth.erasure(List.of())) {
                assertThat(erasure.await(new JobId("j2"), Duration.ofSeconds(1))
                                .orElseThrow()
                                .ended())
                        .isTrue();
            }
        }
    }
}
