package dev.palate.memory;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Gathers differences of a kind into one. Not thread-safe.
public final class Differences {
    /// Most ids that stand as examples.
    public static final int EXAMPLES = 3;

    private final Map<String, Kind> kinds = new LinkedHashMap<>();

    private static final class Kind {
        private final List<String> examples = new ArrayList<>();
        private final String next;
        private long count;

        Kind(String next) {
            this.next = next;
        }
    }

    /// One more of the kind.
    public void add(String what, String id, String next) {
        Kind kind = kinds.computeIfAbsent(what, _ -> new Kind(next));
        kind.count++;
        if (kind.examples.size() < EXAMPLES) {
            kind.examples.add(id);
        }
    }

    /// So many more of the kind, without examples; none for 0.
    public void add(String what, long count, String next) {
        if (count > 0) {
            kinds.computeIfAbsent(what, _ -> new Kind(next)).count += count;
        }
    }

    /// Each kind once, as they were met first.
    public List<Difference> all() {
        return kinds.entrySet().stream()
                .map(kind -> new Difference(
                        kind.getKey(), kind.getValue().count, kind.getValue().examples, kind.getValue().next))
                .toList();
    }
}
