package dev.palate.retrieval.training;

import dev.palate.memory.text.EncodingVersion;
import dev.palate.retrieval.embedding.ModelFile;
import dev.palate.retrieval.embedding.ModelFile.Section;
import dev.palate.retrieval.embedding.Vocabulary;
import dev.palate.retrieval.factor.HistoryDecay;
import dev.palate.retrieval.factor.Scorer;
import dev.palate.retrieval.ranking.Signal;
import dev.palate.retrieval.semantic.CategoryProfile;
import dev.palate.retrieval.semantic.ContentProfile;
import dev.palate.retrieval.semantic.VectorTable;
import dev.palate.retrieval.sequence.ItemTexts;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/// What the catalog says of items, from the process that serves to the one that trains: the vectors of their texts and
/// their categories. Immutable as long as nobody writes to the arrays.
///
/// @param ids of the text vectors' rows, each without a line feed
/// @param raw row-major ids × dimension
/// @param mean what centring takes away from a raw vector, as serving does; empty when serving has no signal of texts
/// @param encoding names encoder and mean, as [EncodingVersion#id] does; empty when there is no mean
/// @param items all items of the catalog
/// @param categories of each of these items
public record ItemContents(
        List<String> ids,
        float[] raw,
        float[] mean,
        String encoding,
        List<String> items,
        List<List<String>> categories) {
    /// How fast a history grows old for the signals of texts and categories.
    public static final HistoryDecay DECAY = HistoryDecay.CONTENTS;

    /// Of no item.
    public static final ItemContents NONE =
            new ItemContents(List.of(), new float[0], new float[0], "", List.of(), List.of());

    private static final int BYTES_OF_ITEM = 6_144;

    /// @throws IllegalArgumentException when the parts do not fit together
    public ItemContents {
        ids = List.copyOf(ids);
        items = List.copyOf(items);
        categories = List.copyOf(categories);
        if (items.size() != categories.size()
                || (ids.isEmpty() ? raw.length > 0 : raw.length % ids.size() != 0)
                || (mean.length > 0 && raw.length != ids.size() * mean.length)) {
            throw new IllegalArgumentException("contents must fit together, had " + ids.size() + " texts of "
                    + raw.length + " values with a mean of " + mean.length + ", and " + items.size() + " items with "
                    + categories.size() + " lists of categories");
        }
    }

    /// Heap that they take in training.
    public static long heapBytes(int items) {
        return (32L << 20) + (long) BYTES_OF_ITEM * items;
    }

    /// Writes them at once or not at all.
    ///
    /// @throws dev.palate.retrieval.RetrievalException with code STORAGE when the disk refuses
    public void write(Path file) {
        Map<String, Section> sections = new LinkedHashMap<>();
        sections.put("ids", new Section.Bytes(String.join("\n", ids).getBytes(StandardCharsets.UTF_8)));
        sections.put("raw", new Section.Floats(raw));
        sections.put("mean", new Section.Floats(mean));
        sections.put("encoding", new Section.Bytes(encoding.getBytes(StandardCharsets.UTF_8)));
        sections.put("items", new Section.Bytes(JsonMapper.shared().writeValueAsBytes(items)));
        sections.put("categories", new Section.Bytes(JsonMapper.shared().writeValueAsBytes(categories)));
        new ModelFile(file, sections).write();
    }

    /// Reads what [#write] wrote.
    ///
    /// @throws dev.palate.retrieval.RetrievalException with code NOT_FOUND or BAD_FILE when it cannot be used
    static ItemContents read(Path file) {
        ModelFile read = ModelFile.read(file);
        try {
            String ids = new String(read.bytes("ids"), StandardCharsets.UTF_8);
            List<List<String>> categories = new ArrayList<>();
            for (String[] ofItem : JsonMapper.shared().readValue(read.bytes("categories"), String[][].class)) {
                categories.add(List.of(ofItem));
            }
            return new ItemContents(
                    ids.isEmpty() ? List.of() : List.of(ids.split("\n", -1)),
                    read.floats("raw"),
                    read.floats("mean"),
                    read.has("encoding") ? new String(read.bytes("encoding"), StandardCharsets.UTF_8) : "",
                    List.of(JsonMapper.shared().readValue(read.bytes("items"), String[].class)),
                    categories);
        } catch (JacksonException | IllegalArgumentException e) {
            throw ModelFile.damaged(file, "its parts do not fit (" + e.getMessage() + ")");
        }
    }

    private int dimension() {
        return ids.isEmpty() ? 0 : raw.length / ids.size();
    }

    /// The text vectors of these items, centred by their own mean; empty when none has one.
    Optional<ItemTexts> texts(Vocabulary rows) {
        int dimension = dimension();
        float[][] vectors = new float[rows.size()][dimension];
        boolean any = false;
        for (int at = 0; at < ids.size(); at++) {
            OptionalInt row = rows.row(ids.get(at));
            if (row.isPresent()) {
                System.arraycopy(raw, at * dimension, vectors[row.getAsInt()], 0, dimension);
                any = true;
            }
        }
        return any ? Optional.of(ItemTexts.centred(vectors)) : Optional.empty();
    }

    /// The signals that serving makes of them for these items when a request says nothing in words; without those of
    /// which nothing is known.
    Map<Signal, Scorer> signals(Vocabulary rows) {
        Map<Signal, Scorer> signals = new EnumMap<>(Signal.class);
        text(rows).ifPresent(scorer -> signals.put(Signal.TEXT, scorer));
        CategoryProfile profile = CategoryProfile.of(categories, DECAY);
        if (!profile.isEmpty()) {
            Map<String, Integer> places = new HashMap<>();
            for (int at = 0; at < items.size(); at++) {
                places.put(items.get(at), at);
            }
            int[] chosen = new int[rows.size()];
            Arrays.setAll(chosen, row -> places.getOrDefault(rows.id(row), -1));
            signals.put(Signal.GENRE, profile.over(chosen));
        }
        return signals;
    }

    private Optional<Scorer> text(Vocabulary rows) {
        return centred(rows).map(vectors -> ContentProfile.of(vectors, DECAY));
    }

    /// The centred unit vectors of these items' texts, as serving compares them; empty when none has one.
    Optional<VectorTable> centred(Vocabulary rows) {
        if (mean.length == 0) {
            return Optional.empty();
        }
        EncodingVersion version = new EncodingVersion("of the server", 1, mean);
        float[] centred = new float[Math.multiplyExact(rows.size(), mean.length)];
        boolean any = false;
        for (int at = 0; at < ids.size(); at++) {
            OptionalInt row = rows.row(ids.get(at));
            if (row.isPresent()) {
                float[] vector = Arrays.copyOfRange(raw, at * mean.length, (at + 1) * mean.length);
                System.arraycopy(version.center(vector), 0, centred, row.getAsInt() * mean.length, mean.length);
                any = true;
            }
        }
        return any ? Optional.of(new VectorTable(mean.length, centred)) : Optional.empty();
    }
}
