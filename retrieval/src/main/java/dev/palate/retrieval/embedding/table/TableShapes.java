package dev.palate.retrieval.embedding.table;

import dev.palate.memory.Require;
import dev.palate.retrieval.embedding.table.TableSpec.Combination;
import dev.palate.retrieval.embedding.table.TableSpec.Run;
import java.util.ArrayList;
import java.util.List;

/// The arithmetic of [TableSpec]: what fits together, and how many parameters it makes. Stateless.
final class TableShapes {
    private static final int CORES = 3;
    private static final int MOST_WAYS = 8;

    private TableShapes() {}

    /// @throws IllegalArgumentException when a table may not be so large
    static void check(int dimension, long parameters) {
        Require.range("dimension", dimension, 1, TableSpec.MOST_DIMENSIONS);
        Require.range("number of parameters", parameters, 1, TableSpec.MOST_PARAMETERS);
    }

    /// Whether ways of so many classes tell all rows apart.
    static void checkClasses(long rows, int dimension, List<Integer> classes, Combination combination) {
        Require.range("rows", rows, 1, Long.MAX_VALUE);
        Require.range("number of ways", classes.size(), 1, MOST_WAYS);
        double product = 1;
        for (int count : classes) {
            Require.range("classes of a way", count, 1, TableSpec.MOST_PARAMETERS);
            product *= count;
        }
        if (product < rows) {
            throw new IllegalArgumentException("the product of the classes must be at least the rows, " + rows
                    + ", was that of " + classes + ": make one larger");
        }
        if (combination == Combination.CONCATENATE && dimension % classes.size() != 0) {
            throw new IllegalArgumentException("concatenated rows share the dimension: it must be a multiple of "
                    + classes.size() + ", was " + dimension);
        }
        check(dimension, PartitionTable.parameters(classes, combination, dimension));
    }

    /// Whether the remainders of two ids below the product of the moduli always differ.
    static void checkCoprime(List<Integer> moduli) {
        for (int i = 0; i < moduli.size(); i++) {
            for (int j = 0; j < i; j++) {
                if (commonDivisor(moduli.get(i), moduli.get(j)) > 1) {
                    throw new IllegalArgumentException("moduli must pairwise have no common divisor, but "
                            + moduli.get(j) + " and " + moduli.get(i) + " have: use, say, neighbouring numbers");
                }
            }
        }
    }

    private static int commonDivisor(int a, int b) {
        return b == 0 ? a : commonDivisor(b, a % b);
    }

    /// Whether three cores of these factors make a table of this size.
    static void checkTrain(long rows, int dimension, List<Integer> rowFactors, List<Integer> columnFactors) {
        if (rowFactors.size() != CORES
                || columnFactors.size() != CORES
                || product(rowFactors) < rows
                || product(columnFactors) != dimension) {
            throw new IllegalArgumentException("a tensor train of " + rows + " rows of dimension " + dimension
                    + " needs three row factors with a product of at least the rows and three column factors with"
                    + " the dimension as product, had " + rowFactors + " and " + columnFactors);
        }
    }

    private static double product(List<Integer> factors) {
        double product = 1;
        for (int factor : factors) {
            product *= Require.range("factor", factor, 1, TableSpec.MOST_PARAMETERS);
        }
        return product;
    }

    /// p₁ q₁ R + p₂ q₂ R² + p₃ q₃ R.
    static long parametersOfTrain(List<Integer> rowFactors, List<Integer> columnFactors, int rank) {
        long sum = 0;
        int[] slices = slices(columnFactors, rank);
        for (int core = 0; core < CORES; core++) {
            sum = Math.addExact(sum, Math.multiplyExact((long) rowFactors.get(core), slices[core]));
        }
        return sum;
    }

    /// The values of one slice of each core.
    static int[] slices(List<Integer> columnFactors, int rank) {
        return new int[] {columnFactors.get(0) * rank, columnFactors.get(1) * rank * rank, columnFactors.get(2) * rank};
    }

    /// Of shared rows and one or two numbers for each id.
    static long parametersOfScaled(long rows, int dimension, int shared, boolean biased) {
        return (long) shared * dimension + (biased ? 2 : 1) * rows;
    }

    /// Of a network with a bias for each unit.
    static long parametersOfNetwork(long hashes, long width, int layers, int dimension) {
        return (hashes + 1) * width + (layers - 1) * (width + 1) * width + (width + 1) * dimension;
    }

    /// Neighbours of one width taken together.
    static List<Run> runs(int[] widths) {
        List<Run> runs = new ArrayList<>();
        for (int from = 0; from < widths.length; ) {
            int to = from;
            while (to < widths.length && widths[to] == widths[from]) {
                to++;
            }
            runs.add(new Run(to - from, widths[from]));
            from = to;
        }
        return runs;
    }
}
