package dev.palate.memory.erase;

import static org.assertj.core.api.Assertions.assertThat;

import dev.palate.memory.user.UserId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReportFilesTest {
    private static final UserId ANN = new UserId("ann");
    private static final String HEADER = "file\tline\twhose\treason\n";

    @TempDir
    Path folder;

    private Path write(String name, String text) throws IOException {
        return Files.writeString(folder.resolve(name), text);
    }

    @Test
    void aReportLosesTheRowsOfTheUserAndThoseOfNobodyKnown() throws IOException {
        Path report = write(
                "import-1.rejected.tsv",
                HEADER
                        + "ratings.csv\t2\tuser:ann\trating must be a number, was ann's secret\n"
                        + "ratings.csv\t3\tuser:annabel\trating must be a number, was x\n"
                        + "ratings.csv\t4\tunknown\tuser_id must be a text or a whole number, was {}\n"
                        + "movies.csv\t5\tnobody\ttitle must have 1 to 500 characters, had 0\n");
        Path hers = write("import-2.rejected.tsv", HEADER + "ratings.csv\t2\tuser:ann\tx\n");
        Path others = write("import-3.rejected.tsv", HEADER + "ratings.csv\t2\tuser:ben\tx\n");
        Path old = write("import-4.rejected.tsv", "file\tline\treason\nratings.csv\t2\tanybody's words\n");
        write("palate.log", "user ann");
        ReportFiles place = ReportFiles.rejectedRows(folder);
        assertThat(place.remaining(ANN)).isEqualTo(4);
        assertThat(place.erase(ANN)).isEqualTo(4);
        assertThat(place.remaining(ANN)).isZero();
        assertThat(report)
                .hasContent(HEADER
                        + "ratings.csv\t3\tuser:annabel\trating must be a number, was x\n"
                        + "movies.csv\t5\tnobody\ttitle must have 1 to 500 characters, had 0\n");
        assertThat(hers).doesNotExist();
        assertThat(old).doesNotExist();
        assertThat(others).exists();
        assertThat(folder.resolve("palate.log")).exists();
        assertThat(place.erase(ANN)).as("twice is as once").isZero();
    }

    @Test
    void onlyTheExportsOfTheUserGoAndWhatIsNoExport() throws IOException {
        Path hers = write("a.json", "{\"palate_export\":1,\"user_id\":\"ann\",\"user\":{}}");
        Path others = write("b.json", "{\"palate_export\":1,\"user_id\":\"ben\",\"words\":\"ann\"}");
        Path unknown = write("c.csv", "user,words\n");
        ReportFiles place = ReportFiles.exports(folder);
        assertThat(place.remaining(ANN)).isEqualTo(2);
        assertThat(place.erase(ANN)).isEqualTo(2);
        assertThat(place.remaining(ANN)).isZero();
        assertThat(hers).doesNotExist();
        assertThat(unknown).doesNotExist();
        assertThat(others).exists();
    }
}
