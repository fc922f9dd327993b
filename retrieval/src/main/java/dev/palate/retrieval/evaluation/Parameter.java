package dev.palate.retrieval.evaluation;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.List;
import java.util.SplittableRandom;

/// A named setting of a model and the values that tuning draws for it. Values are text, as on the command
/// line, so that what is written down is exactly what is used.
public sealed interface Parameter {
    /// The name on the command line, without dashes.
    String name();

    /// A value, uniform over the range or its logarithm.
    String draw(SplittableRandom random);

    /// The range in words.
    String range();

    /// A number, drawn with three significant digits.
    ///
    /// @param low at least 0, above 0 when logarithmic
    /// @param high above `low`
    record Real(String name, double low, double high, boolean logarithmic) implements Parameter {
        @Override
        public String draw(SplittableRandom random) {
            double drawn = between(random, low, high, logarithmic);
            return new BigDecimal(drawn, new MathContext(3))
                    .stripTrailingZeros()
                    .toPlainString();
        }

        @Override
        public String range() {
            return "[" + low + ", " + high + "]" + (logarithmic ? " log" : "");
        }
    }

    /// A whole number.
    ///
    /// @param step values are multiples of it, at least 1
    record Whole(String name, int low, int high, int step, boolean logarithmic) implements Parameter {
        @Override
        public String draw(SplittableRandom random) {
            double drawn = between(random, low, high, logarithmic);
            return Long.toString(Math.clamp(Math.round(drawn / step) * step, low, high));
        }

        @Override
        public String range() {
            return "[" + low + ", " + high + "]" + (step > 1 ? " by " + step : "") + (logarithmic ? " log" : "");
        }
    }

    /// One of some words.
    record Choice(String name, List<String> values) implements Parameter {
        public Choice {
            values = List.copyOf(values);
        }

        @Override
        public String draw(SplittableRandom random) {
            return values.get(random.nextInt(values.size()));
        }

        @Override
        public String range() {
            return String.join(" | ", values);
        }
    }

    private static double between(SplittableRandom random, double low, double high, boolean logarithmic) {
        double share = random.nextDouble();
        return logarithmic ? low * Math.pow(high / low, share) : low + share * (high - low);
    }
}
