package dev.palate.memory.dataset;

import dev.palate.memory.user.UserId;
import java.nio.file.Path;
import java.util.List;

/// Reads a data set row by row, as often as asked, with memory that does not grow with the interactions.
///
/// A single bad row is handed to the sink as rejected. A file that is malformed as such (missing, not UTF-8, wrong
/// header) throws a [dev.palate.memory.MemoryException] with code `BAD_FILE` that names the file. Not thread-safe.
public interface DatasetReader {
    /// Where rows go.
    interface Sink {
        /// Takes a well-formed row.
        void row(DatasetRow row);

        /// Takes a row that is none.
        void rejected(RejectedRow row);
    }

    /// The kind of data set, part of the ids of its interactions, such as `movielens`.
    String source();

    /// What to call a user the data set knows by id only.
    String userName(UserId user);

    /// Hands over the items and the tags.
    void items(Sink sink);

    /// Hands over the users, where the data set describes any, and the interactions.
    void interactions(Sink sink);

    /// Hands over the memories, where the data set holds any.
    default void memories(Sink sink) {}

    /// Where it lies: the files as they were given or found, in the order of reading.
    List<Path> files();

    /// How it is read, where that can be chosen; another text makes another data set of the same files.
    default String options() {
        return "";
    }
}
