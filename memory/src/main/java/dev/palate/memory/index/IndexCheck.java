package dev.palate.memory.index;

import dev.palate.memory.change.ChangeNumber;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.SegmentInfos;
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
    public record Followed(String databaseId, long epoch, ChangeNumber number) {}

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
                    .map(position -> new Followed(position.databaseId(), position.epoch(), position.number()));
        } catch (IOException | IllegalArgumentException e) {
            // Damaged or of another version: opening it moves it aside and builds it anew.
            return Optional.empty();
        }
    }
}
