package dev.palate.memory.index;

import java.io.IOException;
import org.apache.lucene.codecs.Codec;
import org.apache.lucene.codecs.FilterCodec;
import org.apache.lucene.codecs.KnnVectorsFormat;
import org.apache.lucene.codecs.SegmentInfoFormat;
import org.apache.lucene.codecs.lucene104.Lucene104Codec;
import org.apache.lucene.codecs.lucene104.Lucene104HnswScalarQuantizedVectorsFormat;
import org.apache.lucene.codecs.lucene99.Lucene99HnswVectorsFormat;
import org.apache.lucene.index.LeafReader;
import org.apache.lucene.index.SegmentInfo;
import org.apache.lucene.index.SegmentReader;
import org.apache.lucene.store.Directory;
import org.apache.lucene.store.IOContext;
import org.apache.lucene.util.quantization.QuantizedByteVectorValues.ScalarEncoding;

/// The codec of each [VectorFormat]. Every segment is readable whatever the format in force, and carries the name of
/// its own, so that segments of another can be told and rewritten. Stateless.
///
/// Paper: malkov2020hnsw. Symbols: M → CONNECTIONS, efConstruction → BEAM.
final class VectorFormats {
    static final int CONNECTIONS = 16;
    static final int BEAM = 100;

    /// Up to so many documents the narrowest search does.
    private static final double SETTLED = 50_000;

    private static final double WIDENING = 0.47;
    private static final int MOST_EXPLORED = 1_000;
    private static final String ATTRIBUTE = "palate.vectors";

    private VectorFormats() {}

    /// A codec that writes vectors in the format given.
    static Codec codec(VectorFormat format) {
        KnnVectorsFormat vectors = vectors(format);
        Lucene104Codec codec = new Lucene104Codec() {
            @Override
            public KnnVectorsFormat getKnnVectorsFormatForField(String field) {
                return vectors;
            }
        };
        return new Marking(codec, format);
    }

    /// True when the segment was written in the format.
    static boolean written(SegmentInfo segment, VectorFormat format) {
        return format.name().equals(segment.getAttribute(ATTRIBUTE));
    }

    /// True when the segment behind the reader was written in the format.
    static boolean written(LeafReader leaf, VectorFormat format) {
        return leaf instanceof SegmentReader segment && written(segment.getSegmentInfo().info, format);
    }

    /// How many candidates a graph search must bring so that the best `k` of them by their raw vectors have
    /// a recall of .98 or more, by docs/benchmarks.md: fewer where [EntryPoints] say where to begin, and
    /// there the more vectors, the wider the search.
    static int explored(LeafReader leaf, int k) {
        return explored(format(leaf), k, leaf.numDocs());
    }

    /// As above, for a segment of the format with so many documents.
    static int explored(VectorFormat format, int k, int documents) {
        boolean bits = format == VectorFormat.BIT;
        double wide =
                documents < EntryPoints.LEAST ? (bits ? 300 : 200) : 100 * Math.pow(documents / SETTLED, WIDENING);
        return (int) Math.max((bits ? 4 : 2) * k, Math.min(wide, MOST_EXPLORED));
    }

    /// How many of the candidates must be scored by their raw vectors for the best `k` to be among them.
    static int rescored(LeafReader leaf, int k) {
        return switch (format(leaf)) {
            case FLOAT32 -> k;
            case INT8 -> 3 * k + 20;
            case INT4 -> 5 * k + 50;
            case BIT -> 10 * k + 50;
        };
    }

    /// The format of the segment behind the reader.
    static VectorFormat format(LeafReader leaf) {
        for (VectorFormat format : VectorFormat.values()) {
            if (written(leaf, format)) {
                return format;
            }
        }
        return VectorFormat.INT8;
    }

    /// About the bytes of one vector: raw, beside it in the format, and its links of four bytes in the graph.
    static long bytes(VectorFormat format, int dimension) {
        long raw = (long) Float.BYTES * dimension;
        long links = 2L * CONNECTIONS * Integer.BYTES;
        return raw
                + links
                + switch (format) {
                    case FLOAT32 -> 0;
                    case INT8 -> dimension + 16L;
                    case INT4 -> dimension / 2 + 16L;
                    case BIT -> dimension / 8 + 16L;
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

    /// Reads as the codec it wraps, whose name it bears; writes the name of the format into the segment.
    private static final class Marking extends FilterCodec {
        private final SegmentInfoFormat segments;

        Marking(Codec codec, VectorFormat format) {
            super(codec.getName(), codec);
            SegmentInfoFormat plain = codec.segmentInfoFormat();
            segments = new SegmentInfoFormat() {
                @Override
                public SegmentInfo read(Directory directory, String name, byte[] id, IOContext context)
                        throws IOException {
                    return plain.read(directory, name, id, context);
                }

                @Override
                public void write(Directory directory, SegmentInfo segment, IOContext context) throws IOException {
                    segment.putAttribute(ATTRIBUTE, format.name());
                    plain.write(directory, segment, context);
                }
            };
        }

        @Override
        public SegmentInfoFormat segmentInfoFormat() {
            return segments;
        }
    }
}
