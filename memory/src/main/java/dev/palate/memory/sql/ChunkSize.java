package dev.palate.memory.sql;

import java.time.Duration;

/// How many rows of one kind of bulk work make a chunk: as many as take [#TARGET], learnt from the chunks before.
///
/// A chunk cannot be interrupted, so an interactive write may wait behind one. What is learnt from a slow chunk
/// counts at once, what is learnt from a fast one by doubling at most. Thread-safe.
final class ChunkSize {
    /// How long a chunk should hold the writer.
    static final Duration TARGET = Duration.ofMillis(3);
    /// Fewest rows of a chunk, however slow, unless said otherwise; the first has as many.
    static final int LEAST = 64;
    /// Most rows of a chunk, however fast.
    static final int MOST = 2_048;

    private final int least;
    private volatile int rows;

    /// Of rows that are quick to write.
    ChunkSize() {
        this(LEAST);
    }

    /// @param least fewest rows of a chunk
    ChunkSize(int least) {
        this.least = least;
        rows = least;
    }

    /// The rows of the next chunk.
    int rows() {
        return rows;
    }

    /// Learns what a chunk took.
    void took(int chunkRows, long nanos) {
        if (chunkRows < rows / 2 && nanos < TARGET.toNanos()) {
            // The rest of a list: a few rows say little about many.
            return;
        }
        double fitting = chunkRows * ((double) TARGET.toNanos() / Math.max(1, nanos));
        rows = (int) Math.clamp(Math.min(fitting, 2.0 * rows), least, MOST);
    }
}
