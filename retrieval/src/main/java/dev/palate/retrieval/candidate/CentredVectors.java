package dev.palate.retrieval.candidate;

import dev.palate.memory.text.EncodingVersion;
import dev.palate.memory.text.TextEncoder;
import dev.palate.memory.vector.ByteRows;
import dev.palate.memory.vector.Kernels;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;

/// The centred unit text vectors by row of a catalog snapshot; an item without one has zeros and is close to nothing.
/// Thread-safe; nothing changes but which rows' scores are kept.
public final class CentredVectors {
    /// The most bytes of [#scores(int)] that are kept: four hundred titles of a catalog of 10,000, four of a million.
    private static final long MAX_SCORE_BYTES = 16L << 20;

    private final CatalogSnapshot catalog;
    private final TextVectors.Matrix source;
    private final EncodingVersion encoding;
    private final float[] matrix;
    private final boolean[] known;
    private final ByteRows bytes;
    private final LinkedHashMap<Integer, float[]> scoresOfRows = new LinkedHashMap<>(16, 0.75f, true);

    private CentredVectors(CatalogSnapshot catalog, TextVectors.Matrix source, EncodingVersion encoding) {
        this.catalog = catalog;
        this.source = source;
        this.encoding = encoding;
        int dimension = encoding.dimension();
        matrix = new float[Math.multiplyExact(catalog.size(), dimension)];
        known = new boolean[catalog.size()];
        float[] raw = new float[dimension];
        for (int at = 0; at < source.ids().size(); at++) {
            int row = catalog.row(source.ids().get(at));
            if (row >= 0) {
                System.arraycopy(source.raw(), at * dimension, raw, 0, dimension);
                System.arraycopy(encoding.center(raw), 0, matrix, row * dimension, dimension);
                known[row] = true;
            }
        }
        bytes = ByteRows.of(matrix, dimension);
    }

    /// Follows the vectors, the encoding and the snapshots asked for. Thread-safe.
    ///
    /// The first matrix is made by the request that needs it. A later one is made in the background while the last
    /// is still handed out, unless the catalog's rows are others now.
    static final class Source {
        private static final int MAX_QUERIES = 256;

        private final TextVectors vectors;
        private final TextEncoder encoder;
        private final Supplier<EncodingVersion> encoding;
        private final AtomicReference<Optional<CentredVectors>> last = new AtomicReference<>(Optional.empty());
        private final AtomicBoolean making = new AtomicBoolean();
        private final Map<String, float[]> queries = new LinkedHashMap<>(16, 0.75f, true);

        /// @param encoding the version in force; its model is the encoder's
        Source(TextVectors vectors, TextEncoder encoder, Supplier<EncodingVersion> encoding) {
            this.vectors = vectors;
            this.encoder = encoder;
            this.encoding = encoding;
        }

        /// Empty while no item has a vector of the encoding in force.
        Optional<CentredVectors> of(CatalogSnapshot catalog) {
            TextVectors.Matrix now = vectors.current();
            EncodingVersion version = encoding.get();
            if (now.ids().isEmpty()
                    || now.dimension() != version.dimension()
                    || !version.model().equals(encoder.version())) {
                return Optional.empty();
            }
            Optional<CentredVectors> kept = last.get();
            if (kept.isEmpty() || !kept.get().fits(catalog, version)) {
                return make(catalog, now, version);
            }
            if (kept.get().outdated(now) && making.compareAndSet(false, true)) {
                Thread.ofVirtual().name("palate-centre").start(() -> {
                    try {
                        make(catalog, now, version);
                    } finally {
                        making.set(false);
                    }
                });
            }
            return kept;
        }

        private Optional<CentredVectors> make(
                CatalogSnapshot catalog, TextVectors.Matrix now, EncodingVersion version) {
            Optional<CentredVectors> made = Optional.of(new CentredVectors(catalog, now, version));
            last.set(made);
            return made;
        }

        /// The centred unit vector of a text; the last 256 texts are kept.
        float[] encode(String text, CentredVectors space) {
            String key = space.encoding.id() + '\n' + text;
            synchronized (queries) {
                float[] known = queries.get(key);
                if (known != null) {
                    return known;
                }
            }
            float[] made = space.encoding.center(encoder.encode(text));
            synchronized (queries) {
                queries.put(key, made);
                if (queries.size() > MAX_QUERIES) {
                    var eldest = queries.entrySet().iterator();
                    eldest.next();
                    eldest.remove();
                }
            }
            return made;
        }
    }

    @SuppressWarnings("ReferenceEquality") // one snapshot object is one numbering of rows
    private boolean fits(CatalogSnapshot other, EncodingVersion version) {
        return catalog == other && (encoding == version || encoding.id().equals(version.id()));
    }

    @SuppressWarnings("ReferenceEquality") // one matrix object is one state of the vectors
    private boolean outdated(TextVectors.Matrix now) {
        return source != now;
    }

    /// The inner products of a vector with the rows that have one, those of [#scores]. Looking for the best takes
    /// O(rows × dimension), at a quarter of the cost of all.
    ///
    /// @param vector shared: nobody may write to it
    ProductScores.Table products(float[] vector) {
        return new Products(this, vector);
    }

    private record Products(CentredVectors space, float[] vector) implements ProductScores.Table {
        @Override
        public int size() {
            return space.known.length;
        }

        @Override
        public float of(int row) {
            return space.known[row] ? space.dot(row, vector) : Float.NaN;
        }

        @Override
        public int[] best(boolean[] open, int count) {
            return space.bytes.best(vector, open, 0, count);
        }
    }

    /// The length of a vector.
    public int dimension() {
        return encoding.dimension();
    }

    /// Names the encoder and the mean: the vectors of equal names are comparable.
    String encoding() {
        return encoding.id();
    }

    /// Copies the row's vector to the target from a place on.
    void copyTo(int row, float[] target, int offset) {
        System.arraycopy(matrix, row * dimension(), target, offset, dimension());
    }

    /// True when the row's item has a vector.
    public boolean knows(int row) {
        return known[row];
    }

    /// Adds `factor` times the row's vector to the target.
    void add(float factor, int row, float[] target) {
        Kernels.axpy(factor, matrix, row * dimension(), target, 0, dimension());
    }

    /// The inner product of the row's vector with another, 0 when it has none.
    float dot(int row, float[] vector) {
        return Kernels.dot(matrix, row * dimension(), vector, 0, dimension());
    }

    /// The cosine of two rows in [-1, 1], 0 when either has no vector.
    public float cosine(int row, int other) {
        int dimension = dimension();
        return Kernels.dot(matrix, row * dimension, matrix, other * dimension, dimension);
    }

    /// The inner product of a vector with every row. O(rows × dimension).
    public float[] scores(float[] vector) {
        int dimension = dimension();
        float[] scores = new float[known.length];
        for (int row = 0; row < scores.length; row++) {
            scores[row] = known[row] ? Kernels.dot(matrix, row * dimension, vector, 0, dimension) : 0;
        }
        return scores;
    }

    /// The inner product of a row's vector with every row, 0 everywhere when it has none. What people like and say they
    /// like are a few titles again and again, so those lately asked for are kept. Shared: do not modify.
    public float[] scores(int row) {
        synchronized (scoresOfRows) {
            float[] kept = scoresOfRows.get(row);
            if (kept != null) {
                return kept;
            }
        }
        float[] vector = new float[dimension()];
        add(1, row, vector);
        float[] made = scores(vector);
        synchronized (scoresOfRows) {
            scoresOfRows.put(row, made);
            long most = Math.max(1, MAX_SCORE_BYTES / ((long) Float.BYTES * made.length));
            while (scoresOfRows.size() > most) {
                scoresOfRows.pollFirstEntry();
            }
        }
        return made;
    }
}
