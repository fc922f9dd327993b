package dev.palate.memory.index;

import static dev.palate.memory.index.IndexFixture.OPTIONS;
import static dev.palate.memory.index.IndexFixture.film;
import static dev.palate.memory.index.IndexFixture.settle;
import static org.assertj.core.api.Assertions.assertThat;

import dev.palate.memory.catalog.Item;
import dev.palate.memory.catalog.ItemId;
import dev.palate.memory.text.HashingEncoder;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.lucene.analysis.standard.StandardAnalyzer;
import org.apache.lucene.document.BinaryDocValuesField;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.Field;
import org.apache.lucene.document.StringField;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.Term;
import org.apache.lucene.store.FSDirectory;
import org.apache.lucene.util.BytesRef;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// An index whose items were encoded from the text of an earlier build.
class ItemTextChangeTest {
    private static final Item ALIEN = new Item(
            new ItemId("1"),
            "Alien",
            1979,
            List.of("Horror"),
            List.of(),
            "A crew wakes up.",
            Map.of("director", "Ridley Scott", "stars", "Sigourney Weaver, Tom Skerritt", "imdb_id", "tt0078748"),
            false,
            null,
            null,
            0);

    @TempDir
    Path folder;

    private final HashingEncoder encoder = new HashingEncoder();

    @Test
    void peopleComeLast() {
        assertThat(ItemText.of(ALIEN))
                .isEqualTo("Alien (1979). Horror. A crew wakes up. Ridley Scott; Sigourney Weaver, Tom Skerritt");
        assertThat(ItemText.of(film("2", "Aliens", 1986))).isEqualTo("Aliens (1986)");
    }

    @Test
    void whatWasEncodedFromAnEarlierTextIsEncodedAnewInTheBackground() throws Exception {
        float[] now = encoder.encode(ItemText.of(ALIEN));
        try (TestTruth truth = new TestTruth(folder.resolve("truth"))) {
            truth.put(ALIEN);
            truth.put(film("2", "Aliens", 1986));
            try (IndexChanges index = IndexChanges.open(folder.resolve("search"), truth.sources(), encoder, OPTIONS)) {
                settle(index);
                assertThat(index.items().vector(ALIEN.id()))
                        .hasValueSatisfying(raw -> assertThat(raw).containsExactly(now));
            }
            makeOlder();
            try (IndexChanges index = IndexChanges.open(folder.resolve("search"), truth.sources(), encoder, OPTIONS)) {
                settle(index);
                assertThat(index.items().vector(ALIEN.id()))
                        .hasValueSatisfying(raw -> assertThat(raw).containsExactly(now));
                assertThat(index.items().vector(new ItemId("2"))).isPresent();
            }
        }
    }

    /// The first film as a build without people in its text left it: under another key, with another vector, which for
    /// the test is none, in an index that says that it is of the earlier layout.
    private void makeOlder() throws Exception {
        try (FSDirectory directory = FSDirectory.open(folder.resolve("search/index/items"))) {
            Map<String, String> said;
            try (DirectoryReader reader = DirectoryReader.open(directory)) {
                said = new HashMap<>(reader.getIndexCommit().getUserData());
            }
            assertThat(said).containsEntry("palate.layout", Integer.toString(Position.LAYOUT));
            said.put("palate.layout", Integer.toString(Position.LAYOUT - 1));
            try (IndexWriter writer = new IndexWriter(directory, new IndexWriterConfig(new StandardAnalyzer()))) {
                Document document = new Document();
                document.add(new StringField(VectorSearch.ID, "1", Field.Store.NO));
                document.add(new BinaryDocValuesField(VectorSearch.ID, new BytesRef("1")));
                document.add(new BinaryDocValuesField(
                        VectorSearch.KEY,
                        new BytesRef(VectorKey.of("Alien (1979). Horror. A crew wakes up.")
                                .toString())));
                writer.updateDocument(new Term(VectorSearch.ID, "1"), document);
                writer.setLiveCommitData(said.entrySet());
                writer.commit();
            }
        }
    }
}
