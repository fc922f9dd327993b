package dev.palate.retrieval.evaluation;

import dev.palate.retrieval.Progress;
import dev.palate.retrieval.RetrievalException;
import dev.palate.retrieval.RetrievalException.Code;
import dev.palate.retrieval.embedding.Vocabulary;
import dev.palate.retrieval.evaluation.ItemFields.Choice;
import dev.palate.retrieval.evaluation.ItemFields.Field;
import dev.palate.retrieval.semantic.ImportedVectors;
import dev.palate.retrieval.semantic.TextCentering;
import dev.palate.retrieval.semantic.VectorTable;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/// The raw vectors of all fields of all items, encoded once, from which each task takes its centred ones. Thread-safe
/// as
/// long as nobody writes to the arrays.
public final class ColdTexts {
    private static final int REPORT_EVERY = 100;

    private final Map<Field, Map<String, float[]>> raw;
    private final List<Choice> choices;
    private final Field served;
    private final int dimension;

    private ColdTexts(Map<Field, Map<String, float[]>> raw, List<Choice> choices, Field served, int dimension) {
        this.raw = raw;
        this.choices = List.copyOf(choices);
        this.served = served;
        this.dimension = dimension;
    }

    /// Encodes what the catalog says of the items; equal texts once. Fields that no item has are left out of the
    /// choices.
    ///
    /// @throws RetrievalException with code BAD_INPUT when the catalog knows none of the items
    public static ColdTexts encode(
            Map<String, ItemFields> catalog, Vocabulary items, Function<String, float[]> encoder, Progress progress) {
        Map<String, float[]> encoded = new HashMap<>();
        List<ItemFields> known = items.ids().stream()
                .filter(catalog::containsKey)
                .map(catalog::get)
                .toList();
        if (known.isEmpty()) {
            throw new RetrievalException(
                    Code.BAD_INPUT,
                    "the catalog has none of the split's " + items.size()
                            + " items: give the catalog of the same data set");
        }
        boolean people = known.stream().anyMatch(item -> !item.people().isEmpty());
        boolean plot = known.stream().anyMatch(item -> !item.plot().isEmpty());
        boolean facts = known.stream().anyMatch(item -> !item.facts().equals(item.title()));
        List<Choice> choices = java.util.Arrays.stream(Choice.values())
                .filter(choice -> people || !choice.fields().contains(Field.PEOPLE) && choice != Choice.TOLD)
                .filter(choice -> plot || !choice.fields().contains(Field.PLOT))
                .filter(choice -> plot || choice != Choice.WHOLE)
                .filter(choice -> facts || choice == Choice.TITLE)
                .toList();
        int done = 0;
        for (ItemFields item : known) {
            for (Choice choice : choices) {
                for (Field field : choice.fields()) {
                    encoded.computeIfAbsent(item.of(field), encoder);
                }
            }
            encoded.computeIfAbsent(item.whole(), encoder);
            if (++done % REPORT_EVERY == 0 || done == known.size()) {
                progress.advanced("encode", done, known.size());
            }
        }
        Map<Field, Map<String, float[]>> raw = new EnumMap<>(Field.class);
        for (Field field : Field.values()) {
            Map<String, float[]> ofField = new HashMap<>();
            for (String id : items.ids()) {
                ItemFields item = catalog.get(id);
                float[] vector = item == null ? null : encoded.get(item.of(field));
                if (vector != null) {
                    ofField.put(id, vector);
                }
            }
            raw.put(field, ofField);
        }
        int dimension = encoded.values().iterator().next().length;
        return new ColdTexts(raw, choices, Field.WHOLE, dimension);
    }

    /// Vectors that were made elsewhere, one an item: the only choice.
    ///
    /// @throws RetrievalException with code BAD_INPUT when none of the items has one
    public static ColdTexts imported(ImportedVectors vectors, Vocabulary items) {
        Map<String, float[]> byId = new HashMap<>();
        for (String id : items.ids()) {
            if (vectors.row(id).isPresent()) {
                byId.put(id, vectors.of(id));
            }
        }
        if (byId.isEmpty()) {
            throw new RetrievalException(
                    Code.BAD_INPUT,
                    "none of the split's " + items.size() + " items is among the " + vectors.size()
                            + " ids of the vectors: give the vectors of the same data set");
        }
        Map<Field, Map<String, float[]>> raw = new EnumMap<>(Field.class);
        raw.put(Field.TITLE, byId);
        return new ColdTexts(raw, List.of(Choice.TITLE), Field.TITLE, vectors.dimension());
    }

    /// The choices there are to make.
    public List<Choice> choices() {
        return choices;
    }

    /// True when some item has a title and a description to find each other.
    boolean describes() {
        return raw.containsKey(Field.PLOT)
                && raw.getOrDefault(Field.PLOT, Map.of()).values().stream().anyMatch(ColdTexts::known);
    }

    private static boolean known(float[] vector) {
        for (float value : vector) {
            if (value != 0) {
                return true;
            }
        }
        return false;
    }

    /// The raw vectors as they are served, by the rows of a task.
    VectorTable rawServed(ColdTask task) {
        float[][] rows = rows(served, task);
        float[] values = new float[rows.length * dimension];
        for (int row = 0; row < rows.length; row++) {
            System.arraycopy(rows[row], 0, values, row * dimension, dimension);
        }
        return new VectorTable(dimension, values);
    }

    /// The centred ones as they are served.
    VectorTable served(ColdTask task) {
        return centred(task, List.of(served));
    }

    /// The centred vectors of a choice, side by side and scaled to length 1.
    VectorTable of(ColdTask task, Choice choice) {
        return centred(task, choice.fields());
    }

    /// The centred vectors of one field; empty when there are none.
    VectorTable of(ColdTask task, Field field) {
        return centred(task, List.of(field));
    }

    /// The mean is of the known items only, so that nothing of a cold one is in it.
    private VectorTable centred(ColdTask task, List<Field> fields) {
        int width = fields.size() * dimension;
        float[] values = new float[Math.multiplyExact(task.items().size(), width)];
        for (int at = 0; at < fields.size(); at++) {
            float[][] rows = rows(fields.get(at), task);
            float[][] warm = java.util.stream.IntStream.range(0, rows.length)
                    .filter(row -> task.counts()[row] > 0)
                    .mapToObj(row -> rows[row])
                    .toArray(float[][]::new);
            VectorTable centred = TextCentering.of(warm).center(rows);
            for (int row = 0; row < rows.length; row++) {
                System.arraycopy(centred.values(), row * dimension, values, row * width + at * dimension, dimension);
            }
        }
        return new VectorTable(width, values).unit();
    }

    private float[][] rows(Field field, ColdTask task) {
        Map<String, float[]> ofField = raw.getOrDefault(field, Map.of());
        float[] none = new float[dimension];
        return task.items().ids().stream()
                .map(id -> ofField.getOrDefault(id, none))
                .toArray(float[][]::new);
    }
}
