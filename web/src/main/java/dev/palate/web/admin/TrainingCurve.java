package dev.palate.web.admin;

import dev.palate.web.job.TrainingState;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// One measure of a training by epoch, laid out for a small drawing of [#WIDTH] × [#HEIGHT]. Immutable.
///
/// @param title of the drawing
/// @param line the points of the line, as SVG has them
/// @param high the value at its upper edge
/// @param low the value at its lower edge
/// @param epochs the last epoch, at its right edge
/// @param bestX of the best point
/// @param bestY of the best point
/// @param words what it shows, for who cannot see it
public record TrainingCurve(
        String title, String line, String high, String low, int epochs, String bestX, String bestY, String words) {
    static final int WIDTH = 300;
    static final int HEIGHT = 130;
    private static final int LEFT = 44;
    private static final int RIGHT = 290;
    private static final int TOP = 12;
    private static final int BOTTOM = 104;

    private record Value(int epoch, double value) {}

    /// The loss and what was found of the held-out events; empty before the second point of each.
    static List<TrainingCurve> of(List<TrainingState.Point> points) {
        List<TrainingCurve> curves = new ArrayList<>();
        add(curves, "Loss", "%.2f", points, TrainingState.Point::loss, false);
        add(curves, "NDCG@10, held out", "%.3f", points, TrainingState.Point::ndcg, true);
        return curves;
    }

    private static void add(
            List<TrainingCurve> curves,
            String title,
            String format,
            List<TrainingState.Point> points,
            Function<TrainingState.Point, @Nullable Double> measure,
            boolean highIsBest) {
        List<Value> values = new ArrayList<>();
        for (TrainingState.Point point : points) {
            Double value = measure.apply(point);
            if (value != null && Double.isFinite(value)) {
                values.add(new Value(point.epoch(), value));
            }
        }
        if (values.size() < 2) {
            return;
        }
        Value lowest = values.getFirst();
        Value highest = values.getFirst();
        for (Value value : values) {
            lowest = value.value < lowest.value ? value : lowest;
            highest = value.value > highest.value ? value : highest;
        }
        Value best = highIsBest ? highest : lowest;
        int last = points.getLast().epoch();
        double low = lowest.value;
        double range = Math.max(highest.value - low, 1e-9);
        List<String> line = new ArrayList<>();
        for (Value value : values) {
            line.add(x(value.epoch, last) + "," + y(value.value, low, range));
        }
        curves.add(new TrainingCurve(
                title,
                String.join(" ", line),
                number(format, highest.value),
                number(format, low),
                last,
                x(best.epoch, last),
                y(best.value, low, range),
                title + ": from " + number(format, values.getFirst().value) + " in epoch "
                        + values.getFirst().epoch + " to "
                        + number(format, values.getLast().value) + " in epoch " + values.getLast().epoch + ", best "
                        + number(format, best.value) + " in epoch " + best.epoch));
    }

    private static String x(int epoch, int last) {
        return number("%.1f", LEFT + (RIGHT - LEFT) * (epoch - 1) / (double) Math.max(1, last - 1));
    }

    private static String y(double value, double low, double range) {
        return number("%.1f", BOTTOM - (BOTTOM - TOP) * (value - low) / range);
    }

    private static String number(String format, double value) {
        return String.format(Locale.ROOT, format, value);
    }
}
