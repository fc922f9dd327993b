package dev.palate.web.wiring;

import dev.palate.memory.text.HashingEncoder;
import dev.palate.memory.text.MiniLmEncoder;
import dev.palate.memory.text.TextEncoder;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Finds the encoder of a version among those that this build has, and closes what it opened. Thread-safe.
public final class EarlierEncoders implements AutoCloseable {
    private final List<TextEncoder> opened = new ArrayList<>();

    /// The encoder of the version, absent when this build has none of it.
    public synchronized Optional<TextEncoder> of(String version) {
        TextEncoder hashing = new HashingEncoder();
        if (hashing.version().equals(version)) {
            return Optional.of(hashing);
        }
        if (!version.startsWith("minilm")) {
            return Optional.empty();
        }
        TextEncoder miniLm = MiniLmEncoder.open(MiniLmEncoder.Options.defaults());
        opened.add(miniLm);
        return Optional.of(miniLm).filter(encoder -> encoder.version().equals(version));
    }

    @Override
    public synchronized void close() {
        opened.forEach(TextEncoder::close);
        opened.clear();
    }
}
