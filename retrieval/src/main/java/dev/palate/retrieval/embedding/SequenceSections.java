package dev.palate.retrieval.embedding;

import dev.palate.retrieval.embedding.ModelFile.Section;
import dev.palate.retrieval.sequence.SequenceModel;
import dev.palate.retrieval.sequence.SequenceShape;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/// How a sequence model is laid out in the sections of a model file: `sequence.shape` (JSON with its version),
/// `sequence.items`, and `sequence.weight.NAME` for each weight.
public final class SequenceSections {
    /// The version of the layout that this build writes, and the newest it reads.
    static final int VERSION = 1;

    static final String SHAPE = "sequence.shape";
    private static final String ITEMS = "sequence.items";
    private static final String WEIGHT = "sequence.weight.";

    private record Versioned(int version, SequenceShape shape) {}

    private SequenceSections() {}

    /// Adds the sections of a model.
    public static void put(Map<String, Section> sections, SequenceModel model) {
        sections.put(
                SHAPE, new Section.Bytes(JsonMapper.shared().writeValueAsBytes(new Versioned(VERSION, model.shape()))));
        sections.put(ITEMS, new Section.Floats(model.items()));
        model.weights().forEach((name, values) -> sections.put(WEIGHT + name, new Section.Floats(values)));
    }

    /// The model of a file, if it has one.
    ///
    /// @throws dev.palate.retrieval.RetrievalException with code BAD_FILE when its parts do not fit or are
    ///     newer than this build
    public static Optional<SequenceModel> get(ModelFile file, Path place) {
        if (!file.has(SHAPE)) {
            return Optional.empty();
        }
        try {
            Versioned read = JsonMapper.shared().readValue(file.bytes(SHAPE), Versioned.class);
            if (read.version != VERSION) {
                throw ModelFile.damaged(
                        place, "its sequence model has version " + read.version + ", this build reads " + VERSION);
            }
            Map<String, float[]> weights = new LinkedHashMap<>();
            for (String name : file.names()) {
                if (name.startsWith(WEIGHT)) {
                    weights.put(name.substring(WEIGHT.length()), file.floats(name));
                }
            }
            return Optional.of(new SequenceModel(read.shape, file.floats(ITEMS), weights));
        } catch (JacksonException | IllegalArgumentException e) {
            throw ModelFile.damaged(place, "the parts of its sequence model do not fit (" + e.getMessage() + ")");
        }
    }

    /// A file of a sequence model alone.
    public static void write(SequenceModel model, Path file) {
        Map<String, Section> sections = new LinkedHashMap<>();
        put(sections, model);
        new ModelFile(file, sections).write();
    }

    /// Reads a file of a sequence model.
    ///
    /// @throws dev.palate.retrieval.RetrievalException with code NOT_FOUND when there is none, BAD_FILE when it
    ///     is damaged or has no sequence model
    public static SequenceModel read(Path file) {
        return get(ModelFile.read(file), file).orElseThrow(() -> ModelFile.damaged(file, "it has no sequence model"));
    }
}
