package dev.palate.retrieval.evaluation;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// Tables, and plots drawn as SVG, appended to a page. Stateless.
final class Plots {
    private static final int WIDTH = 900;
    private static final int LABELS = 190;
    private static final int VALUES = 110;
    private static final int ROW = 26;

    private Plots() {}

    /// A bar.
    ///
    /// @param soft drawn as something that is not ours
    /// @param spread of the whisker on both sides, 0 for none
    record Bar(String name, boolean soft, double value, double spread) {}

    /// A difference with its interval.
    record Difference(String name, double difference, double low, double high) {}

    /// A point between 0 and 1 on the way across.
    record Point(String name, boolean soft, double across, double up) {}

    /// A row of a table; each cell is text.
    record Line(String name, boolean soft, List<String> cells) {}

    static void table(StringBuilder page, String first, List<String> columns, List<Line> lines) {
        page.append("<div class=\"wide\"><table><tr><th>")
                .append(escaped(first))
                .append("</th>");
        columns.forEach(column -> page.append("<th>").append(escaped(column)).append("</th>"));
        page.append("</tr>\n");
        for (Line line : lines) {
            page.append(line.soft ? "<tr class=\"peer\"><td>" : "<tr><td>")
                    .append(escaped(line.name))
                    .append("</td>");
            line.cells.forEach(cell -> page.append("<td>").append(escaped(cell)).append("</td>"));
            page.append("</tr>\n");
        }
        page.append("</table></div>\n");
    }

    static void bars(StringBuilder page, String title, List<Bar> bars) {
        double highest =
                bars.stream().mapToDouble(bar -> bar.value + bar.spread).max().orElse(1);
        double scale = (WIDTH - LABELS - VALUES) / Math.max(1e-9, highest);
        open(page, title, bars.size() * ROW + 8);
        for (int i = 0; i < bars.size(); i++) {
            Bar bar = bars.get(i);
            double length = bar.value * scale;
            double whisker = bar.spread * scale;
            int middle = i * ROW + ROW / 2 + 4;
            label(page, bar.name, middle);
            page.append(format(
                    "<rect class=\"%s\" x=\"%d\" y=\"%d\" width=\"%.1f\" height=\"16\" rx=\"2\"/>",
                    bar.soft ? "other" : "ours", LABELS, middle - 8, length));
            if (whisker > 0) {
                page.append(format(
                        "<line class=\"whisker\" x1=\"%.1f\" x2=\"%.1f\" y1=\"%d\" y2=\"%d\"/>",
                        LABELS + Math.max(0, length - whisker), LABELS + length + whisker, middle, middle));
            }
            page.append(format(
                    "<text class=\"soft\" x=\"%.1f\" y=\"%d\">%.4f</text>",
                    LABELS + length + whisker + 8, middle + 4, bar.value));
        }
        page.append("</svg>\n");
    }

    static void forest(StringBuilder page, String title, List<Difference> differences) {
        double low = 0;
        double high = 0;
        for (Difference one : differences) {
            low = Math.min(low, one.low);
            high = Math.max(high, one.high);
        }
        int space = WIDTH - LABELS - 2 * VALUES - 20;
        double scale = space / Math.max(1e-9, high - low);
        double zero = LABELS + 10 - low * scale;
        open(page, title, differences.size() * ROW + 30);
        page.append("<text class=\"soft\" x=\"0\" y=\"16\">")
                .append(escaped(title))
                .append("</text>");
        page.append(format(
                "<line class=\"axis\" x1=\"%.1f\" x2=\"%.1f\" y1=\"22\" y2=\"%d\"/>",
                zero, zero, differences.size() * ROW + 28));
        for (int i = 0; i < differences.size(); i++) {
            Difference one = differences.get(i);
            int middle = i * ROW + ROW / 2 + 26;
            label(page, one.name, middle);
            page.append(format(
                    "<line class=\"whisker\" x1=\"%.1f\" x2=\"%.1f\" y1=\"%d\" y2=\"%d\"/>",
                    zero + one.low * scale, zero + one.high * scale, middle, middle));
            page.append(format(
                    "<circle class=\"mark\" cx=\"%.1f\" cy=\"%d\" r=\"5\"/>", zero + one.difference * scale, middle));
            page.append(format(
                    "<text class=\"soft\" x=\"%d\" y=\"%d\">%+.4f [%+.4f, %+.4f]</text>",
                    WIDTH - 2 * VALUES + 10, middle + 4, one.difference, one.low, one.high));
        }
        page.append("</svg>\n");
    }

    /// How high against how far across.
    ///
    /// @param up says what upwards is, across what the right end is
    static void scatter(StringBuilder page, String title, String up, String across, List<Point> points) {
        int height = 300;
        double best = points.stream().mapToDouble(Point::up).max().orElse(1);
        open(page, title, height + 44);
        page.append(
                format("<line class=\"axis\" x1=\"60\" x2=\"%d\" y1=\"%d\" y2=\"%d\"/>", WIDTH - 20, height, height));
        page.append(format("<line class=\"axis\" x1=\"60\" x2=\"60\" y1=\"10\" y2=\"%d\"/>", height));
        page.append(format("<text class=\"soft\" x=\"60\" y=\"%d\">0</text>", height + 20));
        page.append(format("<text class=\"soft\" x=\"%d\" y=\"%d\" text-anchor=\"end\">", WIDTH - 20, height + 20))
                .append(escaped(across))
                .append("</text>");
        page.append(format("<text class=\"soft\" x=\"0\" y=\"22\">%.3f</text>", best));
        page.append("<text class=\"soft\" x=\"66\" y=\"22\">")
                .append(escaped(up))
                .append("</text>");
        List<double[]> taken = new ArrayList<>();
        for (Point point : points) {
            double x = 60 + point.across * (WIDTH - 80);
            double y = height - point.up / Math.max(1e-9, best) * (height - 40);
            page.append(format(
                    "<circle class=\"%s\" cx=\"%.1f\" cy=\"%.1f\" r=\"6\"/>", point.soft ? "other" : "ours", x, y));
            double labelY = free(taken, x, y + 4);
            boolean left = x > WIDTH - 190;
            page.append(format(
                            "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\">",
                            left ? x - 10 : x + 10, labelY, left ? "end" : "start"))
                    .append(escaped(point.name))
                    .append("</text>");
        }
        page.append("</svg>\n");
    }

    /// A height near the wanted one at which no label stands yet.
    private static double free(List<double[]> taken, double x, double wanted) {
        double y = wanted;
        for (int tries = 0; tries < 40; tries++) {
            double at = y;
            if (taken.stream().noneMatch(other -> Math.abs(other[0] - x) < 150 && Math.abs(other[1] - at) < 14)) {
                break;
            }
            y = wanted + (tries % 2 == 0 ? 1 : -1) * 7 * (tries / 2 + 2);
        }
        taken.add(new double[] {x, y});
        return y;
    }

    private static void open(StringBuilder page, String title, int height) {
        page.append(
                format("<svg viewBox=\"0 0 %d %d\" role=\"img\" aria-label=\"%s\">", WIDTH, height, escaped(title)));
    }

    private static void label(StringBuilder page, String name, int middle) {
        page.append(format("<text x=\"%d\" y=\"%d\" text-anchor=\"end\">", LABELS - 8, middle + 4))
                .append(escaped(name))
                .append("</text>");
    }

    static String format(String pattern, Object... values) {
        return String.format(Locale.ROOT, pattern, values);
    }

    static String escaped(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;");
    }
}
