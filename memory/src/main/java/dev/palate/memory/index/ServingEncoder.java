package dev.palate.memory.index;

import dev.palate.memory.text.TextEncoder;

/// The encoder whose vectors the indexes answer with: the earlier one until a change of encoders is complete.
/// Thread-safe; owns none of the two.
final class ServingEncoder implements TextEncoder {
    private volatile TextEncoder current;

    ServingEncoder(TextEncoder current) {
        this.current = current;
    }

    void set(TextEncoder encoder) {
        current = encoder;
    }

    @Override
    public String version() {
        return current.version();
    }

    @Override
    public int dimension() {
        return current.dimension();
    }

    @Override
    public float[] encode(String text) {
        return current.encode(text);
    }

    @Override
    public void close() {}
}
