package dev.palate.memory.index;

import dev.palate.memory.change.ChangeNumber;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.index.SegmentInfos;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.store.Directory;
import org.apache.lucene.store.FSDirectory;

/// Looks at the last commit of an index without opening it for writing, also while a server has it open. Stateless.
public final class IndexCheck {
    private IndexCheck() {}

    /// Up to where an index has followed which database.
    ///
    /// @param databaseId of the feed it followed
    /// @param epoch of the feed it followed
    /// @param number the last change in the commit
    /// @param whole false while documents are written anew, which goes on at the next opening
    public record Followed(String databaseId, long epoch, ChangeNumber number, boolean whole) {}

    /// Where the last commit of an index stands; absent when there is none or it cannot be read.
    ///
    /// @param index such as `index/items` in the data directory
    public static Optional<Followed> lastCommit(Path index) {
        if (!Files.isDirectory(index)) {
            return Optional.empty();
        }
        try (Directory directory = FSDirectory.open(index)) {
            if (!DirectoryReader.indexExists(directory)) {
                return Optional.empty();
            }
            Map<String, String> commit =
                    SegmentInfos.readLatestCommit(directory).getUserData();
            return Position.ofCommit(commit.entrySet())
                    .map(position -> new Followed(
                            position.databaseId(),
                            position.epoch(),
                            position.number(),
                            position.layout() == Position.LAYOUT));
        } catch (IOException | IllegalArgumentException e) {
            // Damaged or of another version: opening it moves it aside and builds it anew.
            return Optional.empty();
        }
    }

    /// What the last commit of an index holds.
    ///
    /// @param followed up to where
    /// @param encoder the version of the encoder whose vectors are searched
    /// @param documents in it
    /// @param vectors of them with a vector that is searched
    /// @param formats how many documents stand in segments of each format
    /// @param bytes of the files of the commit
    public record Facts(
            Followed followed,
            String encoder,
            long documents,
            long vectors,
            Map<VectorFormat, Long> formats,
            long bytes) {}

    /// What the last commit of an index holds; absent when there is none or it cannot be read.
    ///
    /// @param index such as `index/memories` in the data directory
    public static Optional<Facts> facts(Path index) {
        Optional<Followed> followed = lastCommit(index);
        if (followed.isEmpty()) {
            return Optional.empty();
        }
        try (Directory directory = FSDirectory.open(index);
                DirectoryReader reader = DirectoryReader.open(directory)) {
            Optional<Position> position =
                    Position.ofCommit(reader.getIndexCommit().getUserData().entrySet());
            if (position.isEmpty()) {
                return Optional.empty();
            }
            Map<VectorFormat, Long> formats = new EnumMap<>(VectorFormat.class);
            for (LeafReaderContext leaf : reader.leaves()) {
                for (VectorFormat format : VectorFormat.values()) {
                    if (VectorFormats.written(leaf.reader(), format)) {
                        formats.merge(format, (long) leaf.reader().numDocs(), Long::sum);
                    }
                }
            }
            long bytes = 0;
            for (String file : reader.getIndexCommit().getFileNames()) {
                bytes += directory.fileLength(file);
            }
            return Optional.of(new Facts(
                    followed.get(),
                    position.get().encoder(),
                    reader.numDocs(),
                    VectorSearch.count(new IndexSearcher(reader), position.get().field()),
                    formats,
                    bytes));
        } catch (IOException | IllegalArgumentException e) {
            // As above; also a commit that a running server has replaced meanwhile.
            return Optional.empty();
        }
    }
}
