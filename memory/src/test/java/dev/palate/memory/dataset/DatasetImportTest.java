package dev.palate.memory.dataset;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.palate.memory.MemoryException;
import dev.palate.memory.MemoryException.Code;
import dev.palate.memory.catalog.Item;
import dev.palate.memory.catalog.ItemId;
import dev.palate.memory.change.ChangeNumber;
import dev.palate.memory.interaction.Feedback;
import dev.palate.memory.interaction.Interaction;
import dev.palate.memory.job.Job;
import dev.palate.memory.job.JobStatus;
import dev.palate.memory.sql.DataDirectory;
import dev.palate.memory.sql.SqlTruth;
import dev.palate.memory.user.User;
import dev.palate.memory.user.UserId;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DatasetImportTest {
    private static final String MOVIES = """
            movieId,title,genres
            1,Toy Story (1995),Adventure|Children
            2,"Thing, The (1982)",Horror|Sci-Fi
            3,Hyena Road,(no genres listed)
            """;
    private static final String RATINGS = """
            userId,movieId,rating,timestamp
            17,1,4.5,1064891129
            17,2,5.0,1064891130
            9,2,0.5,1064891131
            """;

    @TempDir
    Path folder;

    private DataDirectory directory;
    private SqlTruth truth;
    private Path data;

    @BeforeEach
    void open() throws IOException {
        directory = DataDirectory.open(folder.resolve("data"));
        truth = SqlTruth.open(directory, Clock.systemUTC());
        data = Files.createDirectory(folder.resolve("set"));
    }

    @AfterEach
    void close() {
        truth.close();
        directory.close();
    }

    private void file(String name, String content) throws IOException {
        Files.writeString(data.resolve(name), content);
    }

    private DatasetImport.Result run(DatasetReader reader, double maxRejected) {
        DatasetImport.Target target = new DatasetImport.Target(
                truth.catalog(), truth.users(), truth.interactions(), truth.jobs(), directory.logs());
        return new DatasetImport(target, Clock.systemUTC(), maxRejected).run(reader, (phase, done, total) -> {});
    }

    private Job job() {
        return truth.jobs().page(null, 1).items().getFirst();
    }

    @Test
    void aMovieLensFolderComesInWithTitlesTagsAndLinks() throws IOException {
        file("movies.csv", MOVIES);
        file("ratings.csv", RATINGS);
        file("tags.csv", """
                userId,movieId,tag,timestamp
                15,2,Paranoia,1138537770
                16,2,snow,1138537771
                17,2,SNOW,1138537772
                """);
        file("links.csv", "movieId,imdbId,tmdbId\n1,0114709,862\n3,3300000,\n");
        DatasetImport.Result result = run(new MovieLensReader(data), 0);
        assertThat(result.items()).isEqualTo(new DatasetImport.Count(3, 3));
        assertThat(result.users()).isEqualTo(new DatasetImport.Count(2, 2));
        assertThat(result.interactions()).isEqualTo(new DatasetImport.Count(3, 3));
        assertThat(result.rejected()).isZero();
        assertThat(result.report()).isNull();
        Item thing = truth.catalog().item(new ItemId("2")).orElseThrow();
        assertThat(thing.title()).isEqualTo("The Thing");
        assertThat(thing.year()).isEqualTo(1982);
        assertThat(thing.tags()).containsExactly("snow", "paranoia");
        assertThat(thing.attributes()).isEqualTo(Map.of("original_title", "Thing, The (1982)"));
        Item toys = truth.catalog().item(new ItemId("1")).orElseThrow();
        assertThat(toys.attributes()).isEqualTo(Map.of("imdb_id", "tt0114709", "tmdb_id", "862"));
        Item road = truth.catalog().item(new ItemId("3")).orElseThrow();
        assertThat(road.categories()).isEmpty();
        assertThat(road.year()).isNull();
        User user = truth.users().user(new UserId("17")).orElseThrow();
        assertThat(user.name()).isEqualTo("MovieLens user 17");
        assertThat(user.imported()).isTrue();
        assertThat(truth.interactions().ofUser(new UserId("17"), 10))
                .extracting(Interaction::feedback)
                .containsExactly(new Feedback.Rated(4.5), new Feedback.Rated(5));
        assertThat(job().status()).isEqualTo(JobStatus.SUCCEEDED);
        assertThat(job().detail())
                .isEqualTo("3 items, 2 users, 3 interactions and 3 tags; 0 rows rejected;"
                        + " new or changed: 3 items, 2 users, 3 interactions");
    }

    @Test
    void aSecondImportChangesNothingAndSaysSo() throws IOException {
        file("movies.csv", MOVIES);
        file("ratings.csv", RATINGS);
        run(new MovieLensReader(data), 0);
        ChangeNumber before = truth.changes().latest();
        DatasetImport.Result again = run(new MovieLensReader(data), 0);
        assertThat(again.changedNothing()).isTrue();
        assertThat(DatasetImport.summary(again)).endsWith("all of it was there already, nothing changed");
        assertThat(truth.changes().latest()).isEqualTo(before);
        assertThat(truth.interactions().count()).isEqualTo(3);
    }

    @Test
    void badRowsAreListedWithLineAndReason() throws IOException {
        file("movies.csv", MOVIES + "2,Alien (1979),Horror\n4,\"Open (1990),Drama\n5,,Drama\n");
        file("ratings.csv", RATINGS + """
                9,1,6,1064891131
                9,1,many,1064891131
                9,1,3,soon
                9,77,3,1064891131
                9,1,3,99999999999
                9,1,3
                 ,1,3,1064891131
                """);
        DatasetImport.Result result = run(new MovieLensReader(data), 1);
        assertThat(result.items().rows()).isEqualTo(3);
        assertThat(result.interactions().rows()).isEqualTo(3);
        List<String> lines = Files.readAllLines(Objects.requireNonNull(result.report()));
        assertThat(lines).hasSize(11).startsWith("file\tline\twhose\treason");
        assertThat(lines.subList(1, 10))
                .containsExactly(
                        "movies.csv\t5\tnobody\titem 2 stands in an earlier line",
                        "movies.csv\t6\tnobody\ta quote is not closed or stands inside a field",
                        "movies.csv\t7\tnobody\ttitle must have 1 to 300 characters, had 0",
                        "ratings.csv\t5\tuser:9\tstars must be in [0.5, 5.0], was 6.0",
                        "ratings.csv\t6\tuser:9\trating must be a number, was many",
                        "ratings.csv\t7\tuser:9\ttimestamp must be whole seconds since 1970, was soon",
                        "ratings.csv\t8\tuser:9\titem 77 is neither in the data set nor in the catalog",
                        lines.get(8),
                        "ratings.csv\t10\tunknown\ta row must have 4 fields (userId,movieId,rating,timestamp), had 3");
        assertThat(lines.get(8)).startsWith("ratings.csv\t9\tuser:9\ttimestamp must be in [1970-01-01T00:00:00Z, ");
        assertThat(result.examples()).hasSize(10);
    }

    @Test
    void tooManyBadRowsLeaveNothingBehind() throws IOException {
        file("movies.csv", MOVIES);
        file("ratings.csv", RATINGS + "9,77,3,1064891131\n");
        assertThatThrownBy(() -> run(new MovieLensReader(data), 0.01))
                .isInstanceOf(MemoryException.class)
                .hasMessageStartingWith("1 of 7 rows are bad (14.29 %), allowed are 1.00 %; nothing was imported,")
                .extracting(e -> ((MemoryException) e).code())
                .isEqualTo(Code.BAD_INPUT);
        assertNothingImported();
        assertThat(job().status()).isEqualTo(JobStatus.FAILED);
    }

    private void assertNothingImported() {
        assertThat(truth.catalog().count()).isZero();
        assertThat(truth.users().count()).isZero();
        assertThat(truth.interactions().count()).isZero();
    }

    @Test
    void aFileMalformedAsSuchLeavesNothingBehind() throws IOException {
        file("movies.csv", MOVIES);
        assertBad("ratings.csv is missing; give the path of a whole data set");
        file("ratings.csv", "user,movie,rating,timestamp\n1,1,3,1\n");
        assertBad(
                "ratings.csv: the first line must be userId,movieId,rating,timestamp, was user,movie,rating,timestamp");
        file("ratings.csv", "");
        assertBad("ratings.csv: the first line must be userId,movieId,rating,timestamp, was missing");
        Files.write(data.resolve("ratings.csv"), (RATINGS + "9,1,\u00e9,5\n").getBytes(StandardCharsets.ISO_8859_1));
        assertBad("is not UTF-8; convert the file");
        file("ratings.csv", RATINGS + "9".repeat(Lines.MAX_LINE + 1));
        assertBad("ratings.csv: line 5 is longer than 1048576 characters, which is the most allowed");
    }

    private void assertBad(String message) {
        assertThatThrownBy(() -> run(new MovieLensReader(data), 1))
                .isInstanceOf(MemoryException.class)
                .hasMessageContaining(message)
                .extracting(e -> ((MemoryException) e).code())
                .isEqualTo(Code.BAD_FILE);
        assertNothingImported();
    }

    @Test
    void jsonLinesComeInInAnyOrder() throws IOException {
        file("all.jsonl", """
                {"user_id": "ann", "item_id": 7, "type": "liked", "timestamp": "2026-01-02T03:04:05Z"}
                {"user_id": "ann", "item_id": 7, "rating": 4, "timestamp": 1064891129, "interaction_id": "x1"}
                {"user_id": "ann", "name": "Ann"}
                {"item_id": 7, "title": "Alien", "year": 1979, "genres": ["Horror"], "tags": ["space"], "plot": "A ship.", "stars": ["S. Weaver", "J. Hurt"], "runtime": 117, "imdb_id": null}
                """);
        DatasetImport.Result result = run(new JsonLinesReader(data.resolve("all.jsonl")), 0);
        assertThat(result.interactions().rows()).isEqualTo(2);
        Item alien = truth.catalog().item(new ItemId("7")).orElseThrow();
        assertThat(alien.description()).isEqualTo("A ship.");
        assertThat(alien.attributes()).isEqualTo(Map.of("stars", "S. Weaver, J. Hurt", "runtime", "117"));
        assertThat(truth.users().user(new UserId("ann")).orElseThrow().name()).isEqualTo("Ann");
        assertThat(truth.interactions().ofUser(new UserId("ann"), 5))
                .extracting(Interaction::at)
                .containsExactly(Instant.ofEpochSecond(1064891129), Instant.parse("2026-01-02T03:04:05Z"));
        assertThat(run(new JsonLinesReader(data.resolve("all.jsonl")), 0).changedNothing())
                .isTrue();
    }

    @Test
    void badJsonLinesAreListed() throws IOException {
        file("items.jsonl", """
                {"item_id": "1", "title": "One"}
                {"item_id": "2"}
                {"item_id": {"a": 1}, "title": "Three"}
                {"item_id": "4", "title": "Four", "year": "1979"}
                {"item_id": "5", "title": "Five", "genres": "Horror"}
                {"item_id": "6", "title": "Six"
                """);
        file("interactions.jsonl", """
                {"user_id": "u", "item_id": "1", "timestamp": 5}
                {"user_id": "u", "item_id": "1", "type": "hated", "timestamp": 5}
                {"user_id": "u", "item_id": "1", "type": "liked"}
                {"user_id": "u", "item_id": "1", "rating": "five", "timestamp": 5}
                """);
        List<String> reasons = new ArrayList<>();
        DatasetImport.Result result = run(new JsonLinesReader(data), 1);
        result.examples()
                .forEach(row ->
                        reasons.add(row.place().file() + ":" + row.place().line() + " " + row.reason()));
        assertThat(reasons)
                .containsExactly(
                        "items.jsonl:2 title must have 1 to 300 characters, had 0",
                        "items.jsonl:3 item_id must be a text or a whole number, was {\"a\":1}",
                        "items.jsonl:4 year must be a whole number, was \"1979\"",
                        "items.jsonl:5 genres must be a list of texts, was \"Horror\"",
                        "items.jsonl:6 a line must be one JSON object",
                        "interactions.jsonl:1 an interaction must have type or rating, had neither",
                        "interactions.jsonl:2 interaction type must be one of rated, liked, disliked, consumed,"
                                + " purchased, viewed, dismissed, was hated",
                        "interactions.jsonl:3 timestamp must be given, was absent",
                        "interactions.jsonl:4 rating must be a number, was \"five\"");
        assertThatThrownBy(() -> new JsonLinesReader(data.resolve("absent")))
                .hasMessageEndingWith("absent is neither a file nor a folder with items.jsonl, interactions.jsonl or"
                        + " memories.jsonl; check the path");
    }

    @Test
    void theShippedDataSetComesInWhole() {
        Path shipped = Path.of(System.getProperty("palate.project.root", "..")).resolve("datasets/ml-latest-small");
        DatasetImport.Result result = run(new MovieLensReader(shipped), 0);
        assertThat(result.items().rows()).isEqualTo(9_125);
        assertThat(result.interactions()).isEqualTo(new DatasetImport.Count(100_004, 100_004));
        assertThat(result.tags()).isEqualTo(1_296);
        assertThat(result.users().rows()).isEqualTo(671);
        assertThat(result.rejected()).isZero();
        assertThat(truth.interactions().count()).isEqualTo(100_004);
        assertThat(run(new MovieLensReader(shipped), 0).changedNothing()).isTrue();
    }
}
