package dev.palate.memory.index;

import dev.palate.memory.text.TextEncoder;
import org.jspecify.annotations.Nullable;

/// The encoder whose vectors the indexes answer with: the earlier one until a change of encoders is complete. It
/// changes in the very moment in which the field that is searched does. Thread-safe; owns none of the two.
final class ServingEncoder implements TextEncoder {
    private final VectorFields fields;
    private final TextEncoder encoder;
    private final @Nullable TextEncoder previous;

    /// @param encoder whose vectors are filled in
    /// @param previous whose vectors are searched until then, absent where it is not to be had
    ServingEncoder(VectorFields fields, TextEncoder encoder, @Nullable TextEncoder previous) {
        this.fields = fields;
        this.encoder = encoder;
        this.previous = previous;
    }

    private TextEncoder current() {
        return previous != null && fields.differ() ? previous : encoder;
    }

    @Override
    public String version() {
        return current().version();
    }

    @Override
    public int dimension() {
        return current().dimension();
    }

    @Override
    public float[] encode(String text) {
        return current().encode(text);
    }

    @Override
    public void close() {}
}
