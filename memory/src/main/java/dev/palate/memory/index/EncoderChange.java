package dev.palate.memory.index;

import dev.palate.memory.index.VectorFields.Field;
import dev.palate.memory.text.TextEncoder;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What is to be done when the encoder is another than the one the indexes were made with, and how far it is: every
/// document is marked as waiting for its vector, then gets one of the new encoder beside the old, then all searches
/// switch over at once. Until then searches use the old vectors when the old encoder is to be had; else they find by
/// words, and by vectors only what is encoded already. After a kill it goes on where it stood.
final class EncoderChange {
    private static final Logger LOG = LoggerFactory.getLogger(EncoderChange.class);

    private final VectorFields fields;
    private final ServingEncoder serving;
    private final TextEncoder encoder;
    private final @Nullable TextEncoder previous;
    private final String from;
    private volatile boolean underWay;

    private EncoderChange(TextEncoder encoder, String from, @Nullable TextEncoder previous, VectorFields fields) {
        this.encoder = encoder;
        this.from = from;
        this.previous = previous;
        this.fields = fields;
        underWay = !from.equals(encoder.version());
        serving = new ServingEncoder(fields, encoder, previous);
    }

    /// Looks what the commits say.
    ///
    /// @param others finds the encoder of a version
    static EncoderChange of(
            Optional<Position> ofItems,
            Optional<Position> ofMemories,
            TextEncoder encoder,
            Function<String, Optional<TextEncoder>> others) {
        Position[] committed =
                Stream.of(ofItems, ofMemories).flatMap(Optional::stream).toArray(Position[]::new);
        for (Position position : committed) {
            // A switch that a kill met between the two commits is complete: both have all new vectors.
            if (position.encoder().equals(encoder.version())) {
                Field field = new Field(position.field(), encoder.dimension());
                return new EncoderChange(encoder, encoder.version(), null, new VectorFields(field, field));
            }
        }
        Field filled = Field.of(encoder);
        if (committed.length == 0) {
            return new EncoderChange(encoder, encoder.version(), null, new VectorFields(filled, filled));
        }
        Position old = committed[0];
        @Nullable TextEncoder previous = others.apply(old.encoder()).orElse(null);
        LOG.info(
                "the index was made with the encoder {}, now it is {}; all is encoded anew, searches by meaning use {}",
                old.encoder(),
                encoder.version(),
                previous == null ? "what is encoded already" : "the earlier vectors until then");
        Field searched = previous == null ? filled : new Field(old.field(), previous.dimension());
        return new EncoderChange(encoder, old.encoder(), previous, new VectorFields(searched, filled));
    }

    VectorFields fields() {
        return fields;
    }

    ServingEncoder serving() {
        return serving;
    }

    boolean underWay() {
        return underWay;
    }

    /// True while searches by meaning have less than all.
    boolean degraded() {
        return underWay && previous == null;
    }

    /// The position as it is to be committed now.
    ///
    /// @param marked whether every document is marked and of the layout of this build
    Position stamped(Position position, boolean marked) {
        int layout = marked ? Position.LAYOUT : 0;
        String field = fields.searched().name();
        return underWay
                ? position.of(from, marked ? encoder.version() : "", field, layout)
                : position.of(encoder.version(), "", field, layout);
    }

    /// Whether the documents of the commit are marked for this encoder, or need not be, and are of the layout
    /// of this
    /// build.
    boolean marked(Position committed) {
        boolean encoded = committed.encoder().equals(encoder.version())
                || committed.building().equals(encoder.version());
        return encoded && committed.layout() == Position.LAYOUT;
    }

    /// Everything has its new vector: from now on the new ones are searched.
    void switchOver() {
        fields.switchOver();
    }

    /// Everything else has followed the switch.
    void complete() {
        underWay = false;
        LOG.info("all is encoded with {}; searches use it from now on", encoder.version());
    }
}
