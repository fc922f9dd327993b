package dev.palate.retrieval.sequence;

import dev.palate.retrieval.factor.History;
import java.util.function.DoubleUnaryOperator;

/// The forward pass as the papers write it, in double precision, one position at a time and all of them.
final class PlainSequence {
    private final SequenceModel model;
    private final int d;
    private final int heads;

    private PlainSequence(SequenceModel model) {
        this.model = model;
        d = model.shape().dimension();
        heads = model.shape().heads();
    }

    static double[] hidden(SequenceModel model, History history) {
        PlainSequence plain = new PlainSequence(model);
        int n = Math.min(history.size(), model.shape().maximumLength());
        int from = history.size() - n;
        double[][] x = new double[n][plain.d];
        for (int i = 0; i < n; i++) {
            for (int k = 0; k < plain.d; k++) {
                x[i][k] = model.items()[history.items()[from + i] * plain.d + k];
            }
        }
        return model.shape().layer() instanceof SequenceLayer.SelfAttention
                ? plain.selfAttention(x)
                : plain.gatedAttention(x, history, from);
    }

    private double[] selfAttention(double[][] x) {
        for (int i = 0; i < x.length; i++) {
            for (int k = 0; k < d; k++) {
                x[i][k] += model.weight("position")[i * d + k];
            }
            x[i] = normalise(x[i], "input", 1e-12);
        }
        for (int l = 0; l < model.shape().layers(); l++) {
            double[][] q = linear(x, l + ".query");
            double[][] k = linear(x, l + ".key");
            double[][] v = linear(x, l + ".value");
            double[][] attended = new double[x.length][d];
            for (int h = 0; h < heads; h++) {
                for (int i = 0; i < x.length; i++) {
                    double[] weights = new double[i + 1];
                    double sum = 0;
                    for (int j = 0; j <= i; j++) {
                        weights[j] = Math.exp(product(q[i], k[j], h) / Math.sqrt(d / (double) heads));
                        sum += weights[j];
                    }
                    for (int j = 0; j <= i; j++) {
                        addHead(attended[i], weights[j] / sum, v[j], h);
                    }
                }
            }
            double[][] output = linear(attended, l + ".output");
            for (int i = 0; i < x.length; i++) {
                x[i] = normalise(sum(output[i], x[i]), l + ".attention", 1e-12);
            }
            double[][] wide = linear(x, l + ".widen");
            apply(wide, z -> z * 0.5 * (1 + erf(z / Math.sqrt(2))));
            double[][] fed = linear(wide, l + ".narrow");
            for (int i = 0; i < x.length; i++) {
                x[i] = normalise(sum(fed[i], x[i]), l + ".feed", 1e-12);
            }
        }
        return x[x.length - 1];
    }

    private double[] gatedAttention(double[][] x, History history, int from) {
        for (int l = 0; l < model.shape().layers(); l++) {
            double[][] before = new double[x.length][];
            for (int i = 0; i < x.length; i++) {
                before[i] = normalise(x[i], l + ".before", 1e-6);
            }
            double[][] z = linear(before, l + ".project");
            apply(z, PlainSequence::silu);
            double[][] gated = new double[x.length][];
            for (int i = 0; i < x.length; i++) {
                double[] attended = new double[d];
                for (int j = 0; j <= i; j++) {
                    long elapsed = history.times()[from + i] - history.times()[from + j];
                    int bucket = 0;
                    while (bucket < 47 && elapsed >> bucket > 0) {
                        bucket++;
                    }
                    for (int h = 0; h < heads; h++) {
                        double logit = product(part(z[i], 2), part(z[j], 3), h)
                                + model.weight(l + ".distance")[i - j]
                                + model.weight(l + ".time")[bucket];
                        addHead(attended, silu(logit) / model.shape().maximumLength(), part(z[j], 1), h);
                    }
                }
                gated[i] = normalise(attended, l + ".attended", 1e-6);
                for (int k = 0; k < d; k++) {
                    gated[i][k] *= z[i][k];
                }
            }
            double[][] output = linear(gated, l + ".output");
            for (int i = 0; i < x.length; i++) {
                x[i] = sum(output[i], x[i]);
            }
        }
        return normalise(x[x.length - 1], "last", 1e-6);
    }

    private double[] part(double[] row, int number) {
        return java.util.Arrays.copyOfRange(row, number * d, (number + 1) * d);
    }

    private double product(double[] a, double[] b, int head) {
        double sum = 0;
        for (int k = head * d / heads; k < (head + 1) * d / heads; k++) {
            sum += a[k] * b[k];
        }
        return sum;
    }

    private void addHead(double[] target, double weight, double[] value, int head) {
        for (int k = head * d / heads; k < (head + 1) * d / heads; k++) {
            target[k] += weight * value[k];
        }
    }

    private double[][] linear(double[][] x, String name) {
        float[] matrix = model.weight(name + ".matrix");
        float[] bias = model.weight(name + ".bias");
        double[][] y = new double[x.length][bias.length];
        for (int i = 0; i < x.length; i++) {
            for (int c = 0; c < bias.length; c++) {
                y[i][c] = bias[c];
                for (int k = 0; k < x[i].length; k++) {
                    y[i][c] += x[i][k] * matrix[k * bias.length + c];
                }
            }
        }
        return y;
    }

    private double[] normalise(double[] x, String name, double epsilon) {
        double mean = java.util.Arrays.stream(x).average().orElseThrow();
        double variance = java.util.Arrays.stream(x)
                .map(value -> (value - mean) * (value - mean))
                .average()
                .orElseThrow();
        double[] y = new double[x.length];
        for (int k = 0; k < x.length; k++) {
            y[k] = (x[k] - mean) / Math.sqrt(variance + epsilon) * model.weight(name + ".gain")[k]
                    + model.weight(name + ".shift")[k];
        }
        return y;
    }

    private static double[] sum(double[] a, double[] b) {
        double[] sum = new double[a.length];
        for (int k = 0; k < a.length; k++) {
            sum[k] = a[k] + b[k];
        }
        return sum;
    }

    private static void apply(double[][] x, DoubleUnaryOperator function) {
        for (double[] row : x) {
            java.util.Arrays.setAll(row, k -> function.applyAsDouble(row[k]));
        }
    }

    private static double silu(double z) {
        return z / (1 + Math.exp(-z));
    }

    /// By its power series, which is exact enough for the small values here.
    private static double erf(double z) {
        if (Math.abs(z) > 5) {
            return Math.signum(z);
        }
        double term = z;
        double sum = z;
        for (int n = 1; n < 200; n++) {
            term *= -z * z / n;
            sum += term / (2 * n + 1);
        }
        return 2 / Math.sqrt(Math.PI) * sum;
    }
}
