package dev.palate.retrieval.embedding.network;

import java.util.Arrays;
import java.util.List;

/// What is known of examples, one row each: for every field none, one or several ids. 4 bytes per id and
/// per row and field. Immutable, thread-safe.
public final class FeatureRows {
    private final List<Field> fields;
    /// Where the ids of each field of each row begin; one more at the end.
    private final int[] starts;

    private final int[] ids;

    private FeatureRows(List<Field> fields, int[] starts, int[] ids) {
        this.fields = fields;
        this.starts = starts;
        this.ids = ids;
    }

    /// What its rows consist of.
    public List<Field> fields() {
        return fields;
    }

    /// How many rows there are.
    public int count() {
        return (starts.length - 1) / fields.size();
    }

    int from(int row, int field) {
        return starts[row * fields.size() + field];
    }

    int to(int row, int field) {
        return starts[row * fields.size() + field + 1];
    }

    int id(int at) {
        return ids[at];
    }

    /// The ids of a row in a field.
    public int[] ids(int row, int field) {
        return Arrays.copyOfRange(ids, from(row, field), to(row, field));
    }

    /// How often each id of a field comes.
    public int[] counts(int field) {
        int[] counts = new int[fields.get(field).size()];
        for (int row = 0; row < count(); row++) {
            for (int at = from(row, field); at < to(row, field); at++) {
                counts[ids[at]]++;
            }
        }
        return counts;
    }

    /// Collects rows. Not thread-safe.
    public static final class Builder {
        private static final int MOST_FIELDS = 64;
        private static final int MOST_IDS = 1_000;

        private final List<Field> fields;
        private int[] starts = new int[1_024];
        private int[] ids = new int[1_024];
        private int stored;
        private int cells;

        /// @param fields 1 to 64, of different names
        public Builder(List<Field> fields) {
            this.fields = List.copyOf(fields);
            if (fields.isEmpty()
                    || fields.size() > MOST_FIELDS
                    || fields.stream().map(Field::name).distinct().count() != fields.size()) {
                throw new IllegalArgumentException(
                        "rows have 1 to " + MOST_FIELDS + " fields of different names, had " + fields);
            }
        }

        /// Adds a row.
        ///
        /// @param values the ids of each field, at most 1,000
        /// @throws IllegalArgumentException when there is not one array for each field or an id is out of range
        public Builder add(int[]... values) {
            if (values.length != fields.size()) {
                throw new IllegalArgumentException(
                        "a row has ids of " + fields.size() + " fields, had " + values.length);
            }
            for (int field = 0; field < values.length; field++) {
                int size = fields.get(field).size();
                if (values[field].length > MOST_IDS) {
                    throw new IllegalArgumentException(
                            "field " + fields.get(field).name() + " of a row has at most " + MOST_IDS + " ids, had "
                                    + values[field].length);
                }
                for (int id : values[field]) {
                    if (id < 0 || id >= size) {
                        throw new IllegalArgumentException("ids of field "
                                + fields.get(field).name() + " are in [0, " + size + "), one was " + id);
                    }
                    if (stored == ids.length) {
                        ids = Arrays.copyOf(ids, Math.multiplyExact(2, stored));
                    }
                    ids[stored++] = id;
                }
                if (++cells == starts.length) {
                    starts = Arrays.copyOf(starts, Math.multiplyExact(2, cells));
                }
                starts[cells] = stored;
            }
            return this;
        }

        /// All rows added so far.
        public FeatureRows build() {
            return new FeatureRows(fields, Arrays.copyOf(starts, cells + 1), Arrays.copyOf(ids, stored));
        }
    }
}
