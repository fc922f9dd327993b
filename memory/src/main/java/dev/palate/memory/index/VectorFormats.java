package dev.palate.memory.index;

import org.apache.lucene.codecs.Codec;
import org.apache.lucene.codecs.KnnVectorsFormat;
import org.apache.lucene.codecs.lucene104.Lucene104Codec;
import org.apache.lucene.codecs.lucene104.Lucene104HnswScalarQuantizedVectorsFormat;
import org.apache.lucene.codecs.lucene99.Lucene99HnswVectorsFormat;
import org.apache.lucene.util.quantization.QuantizedByteVectorValues.ScalarEncoding;

/// The codec of each [VectorFormat]. The format stands in every segment, so an index of another format stays readable.
/// Stateless.
///
/// Paper: malkov2020hnsw. Symbols: M → CONNECTIONS, efConstruction → BEAM.
final class VectorFormats {
    private static final int CONNECTIONS = 16;
    private static final int BEAM = 100;

    private VectorFormats() {}

    /// A codec that writes vectors in the format given.
    static Codec codec(VectorFormat format) {
        KnnVectorsFormat vectors = vectors(format);
        return new Lucene104Codec() {
            @Override
            public KnnVectorsFormat getKnnVectorsFormatForField(String field) {
                return vectors;
            }
        };
    }

    private static KnnVectorsFormat vectors(VectorFormat format) {
        return switch (format) {
            case FLOAT32 -> new Lucene99HnswVectorsFormat(CONNECTIONS, BEAM);
            case INT8 -> quantised(ScalarEncoding.UNSIGNED_BYTE);
            case INT4 -> quantised(ScalarEncoding.PACKED_NIBBLE);
            case BIT -> quantised(ScalarEncoding.SINGLE_BIT_QUERY_NIBBLE);
        };
    }

    private static KnnVectorsFormat quantised(ScalarEncoding encoding) {
        return new Lucene104HnswScalarQuantizedVectorsFormat(encoding, CONNECTIONS, BEAM);
    }
}
