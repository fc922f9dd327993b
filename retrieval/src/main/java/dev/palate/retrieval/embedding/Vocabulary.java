package dev.palate.retrieval.embedding;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;

/// A fixed set of external ids and the row number of each. Immutable and thread-safe.
public final class Vocabulary {
    /// The order of Unicode code points, which is also the order of the UTF-8 bytes.
    public static final Comparator<String> ID_ORDER =
            (a, b) -> Arrays.compareUnsigned(a.getBytes(StandardCharsets.UTF_8), b.getBytes(StandardCharsets.UTF_8));

    private final List<String> ids;
    private final Map<String, Integer> rows;

    private Vocabulary(List<String> ids) {
        this.ids = ids;
        this.rows = HashMap.newHashMap(ids.size());
        for (int row = 0; row < ids.size(); row++) {
            if (rows.put(ids.get(row), row) != null) {
                throw new IllegalArgumentException("ids must be distinct, but {" + ids.get(row) + "} occurs twice");
            }
        }
    }

    /// Ids in the given order of rows.
    ///
    /// @throws IllegalArgumentException when an id occurs twice
    public static Vocabulary inOrder(List<String> ids) {
        return new Vocabulary(List.copyOf(ids));
    }

    /// Distinct ids sorted by [#ID_ORDER], so that equal scores, broken by row, are broken by id.
    public static Vocabulary sorted(Collection<String> ids) {
        return new Vocabulary(ids.stream().distinct().sorted(ID_ORDER).toList());
    }

    /// The number of ids.
    public int size() {
        return ids.size();
    }

    /// The id of a row in [0, size).
    public String id(int row) {
        return ids.get(row);
    }

    /// All ids in the order of their rows.
    public List<String> ids() {
        return ids;
    }

    /// The row of an id, if it is known.
    public OptionalInt row(String id) {
        Integer row = rows.get(id);
        return row == null ? OptionalInt.empty() : OptionalInt.of(row);
    }
}
