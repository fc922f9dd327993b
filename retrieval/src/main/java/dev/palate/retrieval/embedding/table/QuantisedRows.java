package dev.palate.retrieval.embedding.table;

import dev.palate.retrieval.embedding.table.TableSpec.Rounding;

/// Rows of 4- or 8-bit codes with a scale and a floor each: value = floor + scale · code, where floor is
/// the least value of the row and scale its spread over the 2^b − 1 steps. Reading is thread-safe while
/// nobody writes.
final class QuantisedRows {
    private final int dimension;
    private final int bits;
    private final int rowBytes;
    private final Rounding rounding;
    private final long seed;
    final byte[] codes;
    final float[] scales;
    final float[] floors;
    /// How many random numbers were used: the next one's number, so that a stored table goes on where it was.
    long draws;

    QuantisedRows(TableSpec.Quantised spec, byte[] codes, float[] scales, float[] floors, long draws) {
        dimension = spec.dimension();
        bits = spec.bits();
        rowBytes = spec.codeBytes();
        rounding = spec.rounding();
        seed = Hashes.seed(spec.seed(), 1);
        if (codes.length != spec.rows() * rowBytes || scales.length != spec.rows() || floors.length != spec.rows()) {
            throw new IllegalArgumentException(spec.rows() + " rows need " + spec.rows() * rowBytes + " codes and "
                    + spec.rows() + " scales and floors, there were " + codes.length + ", " + scales.length + " and "
                    + floors.length);
        }
        this.codes = codes;
        this.scales = scales;
        this.floors = floors;
        this.draws = draws;
    }

    static QuantisedRows empty(TableSpec.Quantised spec) {
        int rows = Math.toIntExact(spec.rows());
        return new QuantisedRows(
                spec, new byte[Math.multiplyExact(rows, spec.codeBytes())], new float[rows], new float[rows], 0);
    }

    void read(int row, float[] target, int offset) {
        float floor = floors[row];
        float scale = scales[row];
        int at = row * rowBytes;
        if (bits == 8) {
            for (int i = 0; i < dimension; i++) {
                target[offset + i] = Math.fma(scale, codes[at + i] & 0xff, floor);
            }
        } else {
            for (int i = 0; i < dimension; i++) {
                int pair = codes[at + (i >> 1)];
                target[offset + i] = Math.fma(scale, ((i & 1) == 0 ? pair : pair >> 4) & 0xf, floor);
            }
        }
    }

    void write(int row, float[] source, int offset) {
        float least = Float.POSITIVE_INFINITY;
        float most = Float.NEGATIVE_INFINITY;
        for (int i = offset; i < offset + dimension; i++) {
            least = Math.min(least, source[i]);
            most = Math.max(most, source[i]);
        }
        int top = (1 << bits) - 1;
        float scale = (most - least) / top;
        floors[row] = least;
        scales[row] = scale;
        int at = row * rowBytes;
        for (int i = 0; i < dimension; i++) {
            int code = scale == 0 ? 0 : Math.min(top, (int) ((source[offset + i] - least) / scale + carry()));
            if (bits == 8) {
                codes[at + i] = (byte) code;
            } else if ((i & 1) == 0) {
                codes[at + (i >> 1)] = (byte) code;
            } else {
                codes[at + (i >> 1)] |= (byte) (code << 4);
            }
        }
    }

    private float carry() {
        return rounding == Rounding.NEAREST ? 0.5f : (Hashes.mix(seed + draws++) >>> 40) * 0x1p-24f;
    }

    long bytes() {
        return codes.length + (long) Float.BYTES * (scales.length + floors.length);
    }
}
