package dev.palate.retrieval.training;

import dev.palate.retrieval.embedding.ModelFile;
import dev.palate.retrieval.embedding.ModelFile.Section;
import dev.palate.retrieval.embedding.Vocabulary;
import dev.palate.retrieval.sequence.ItemTexts;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/// Raw text vectors of items in a file, from the process that has them to the one that trains. Stateless.
public final class TextsFile {
    private TextsFile() {}

    /// Writes the vectors at once or not at all.
    ///
    /// @param ids of the rows, each without a line feed
    /// @param raw row-major ids × dimension
    /// @throws dev.palate.retrieval.RetrievalException with code STORAGE when the disk refuses
    public static void write(List<String> ids, float[] raw, Path file) {
        Map<String, Section> sections = new LinkedHashMap<>();
        sections.put("ids", new Section.Bytes(String.join("\n", ids).getBytes(StandardCharsets.UTF_8)));
        sections.put("raw", new Section.Floats(raw));
        new ModelFile(file, sections).write();
    }

    /// The centred vectors of these items; empty when the file has none of them.
    ///
    /// @throws dev.palate.retrieval.RetrievalException with code NOT_FOUND or BAD_FILE when it cannot be used
    static Optional<ItemTexts> read(Path file, Vocabulary items) {
        ModelFile read = ModelFile.read(file);
        List<String> ids = List.of(new String(read.bytes("ids"), StandardCharsets.UTF_8).split("\n", -1));
        float[] raw = read.floats("raw");
        if (raw.length == 0 || raw.length % ids.size() != 0) {
            return Optional.empty();
        }
        int dimension = raw.length / ids.size();
        float[][] rows = new float[items.size()][dimension];
        boolean any = false;
        for (int i = 0; i < ids.size(); i++) {
            OptionalInt row = items.row(ids.get(i));
            if (row.isPresent()) {
                System.arraycopy(raw, i * dimension, rows[row.getAsInt()], 0, dimension);
                any = true;
            }
        }
        return any ? Optional.of(ItemTexts.centred(rows)) : Optional.empty();
    }
}
