package dev.palate.memory.index;

import dev.palate.memory.text.Centering;
import dev.palate.memory.text.EncodingVersion;
import dev.palate.memory.text.TextEncoder;
import java.nio.file.Files;
import java.nio.file.Path;

/// The encoding version in force and its file. Thread-safe.
final class Encodings {
    private final Path file;
    private volatile TextEncoder encoder;
    private volatile EncodingVersion current;

    /// Reads the file when it is there and of this encoder; else nothing is centred until it is fixed.
    ///
    /// @throws dev.palate.memory.MemoryException `BAD_FILE` when the file is damaged
    Encodings(Path file, TextEncoder encoder) {
        this.file = file;
        this.encoder = encoder;
        EncodingVersion stored = Files.exists(file) ? EncodingVersion.read(file) : EncodingVersion.uncentred(encoder);
        boolean fits = stored.model().equals(encoder.version()) && stored.dimension() == encoder.dimension();
        current = fits ? stored : EncodingVersion.uncentred(encoder);
    }

    EncodingVersion current() {
        return current;
    }

    /// From now on another encoder is in force; the mean, when one was fixed, is that of the vectors given.
    synchronized void switchTo(TextEncoder other, ItemVectors vectors) {
        boolean centred = current.centred();
        encoder = other;
        current = EncodingVersion.uncentred(other);
        if (centred) {
            fix(vectors);
        }
    }

    /// Fixes the mean of the vectors given, unless one is fixed or there are none.
    synchronized EncodingVersion fix(ItemVectors vectors) {
        if (current.centred() || vectors.size() == 0) {
            return current;
        }
        Centering centering = new Centering(encoder);
        for (int row = 0; row < vectors.size(); row++) {
            centering.add(vectors.matrix(), row * vectors.dimension());
        }
        EncodingVersion fixed = centering.version();
        fixed.write(file);
        current = fixed;
        return fixed;
    }
}
