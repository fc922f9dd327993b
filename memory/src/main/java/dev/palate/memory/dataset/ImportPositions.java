package dev.palate.memory.dataset;

import java.util.Optional;

/// The positions of imports that are not done, one a source. Thread-safe; a write returns once it is on disk.
public interface ImportPositions {
    /// Keeps none: every import begins at the beginning.
    ImportPositions NONE = new ImportPositions() {
        @Override
        public Optional<ImportPosition> of(String source) {
            return Optional.empty();
        }

        @Override
        public void put(ImportPosition position) {}

        @Override
        public void remove(String source) {}
    };

    /// The position of a source.
    Optional<ImportPosition> of(String source);

    /// Records a position in place of the one before.
    void put(ImportPosition position);

    /// Drops the position of a source: its import is done, or begins anew.
    void remove(String source);
}
