package dev.palate.memory.sql;

/// What a database wants done beside its writes. Thread-safe.
interface Upkeep extends AutoCloseable {
    /// For a database that does all by itself.
    Upkeep NONE = new Upkeep() {
        @Override
        public void committed() {}

        @Override
        public void close() {}
    };

    /// Tells that there was a commit.
    void committed();

    @Override
    void close();
}
