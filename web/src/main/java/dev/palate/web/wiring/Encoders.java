package dev.palate.web.wiring;

import dev.palate.memory.text.HashingEncoder;
import dev.palate.memory.text.MiniLmEncoder;
import dev.palate.memory.text.TextEncoder;
import dev.palate.web.PalateProperties;

/// The text encoder, as set. Stateless.
public final class Encoders {
    private Encoders() {}

    /// Opens the encoder of the settings; the caller's to close.
    public static TextEncoder open(PalateProperties properties) {
        return switch (properties.encoder()) {
            case MINILM -> MiniLmEncoder.open(MiniLmEncoder.Options.defaults());
            case HASHING -> new HashingEncoder();
        };
    }
}
