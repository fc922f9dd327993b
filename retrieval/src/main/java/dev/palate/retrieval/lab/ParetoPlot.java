package dev.palate.retrieval.lab;

import static dev.palate.retrieval.evaluation.HtmlPage.escaped;
import static dev.palate.retrieval.evaluation.HtmlPage.format;

import dev.palate.retrieval.embedding.recipe.TableKind;
import dev.palate.retrieval.lab.LabReport.Row;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/// Bytes against what tables are worth, drawn as SVG: a line for each table over its sizes, a point with the
/// deviation over the seeds for each size, and the frontier that no table is above. Not thread-safe.
final class ParetoPlot {
    /// Colours of the families, light and dark.
    static final String STYLE = """
            :root{--f0:#3058c9;--f1:#1c7c4a;--f2:#c2571a;--f3:#8a3fb0;--f4:#a98a00}
            @media(prefers-color-scheme:dark){:root{--f0:#86a5ff;--f1:#5cc98d;--f2:#f2955c;--f3:#cf94ee;--f4:#dcc04a}}
            .f0{color:var(--f0)}.f1{color:var(--f1)}.f2{color:var(--f2)}.f3{color:var(--f3)}.f4{color:var(--f4)}
            .line{fill:none;stroke:currentColor;stroke-width:1.5;opacity:.55}
            .point{fill:currentColor;stroke:var(--paper);stroke-width:1}
            .leader{stroke:currentColor;stroke-width:1;opacity:.35}
            .spread{stroke:currentColor;stroke-width:1.25;opacity:.7}
            .frontier{fill:none;stroke:var(--ink);stroke-width:7;opacity:.09;stroke-linejoin:round}
            .grid{stroke:var(--line);stroke-width:1}.reference{stroke:var(--soft);stroke-dasharray:4 4}
            svg .named{fill:currentColor}
            """;

    private static final int WIDTH = 960;
    private static final int LEFT = 170;
    private static final int RIGHT = 890;
    private static final int TOP = 46;
    private static final int BOTTOM = 500;
    private static final int HEIGHT = 575;
    private static final double LABEL = 15;

    private final LabReport report;
    private final String metric;
    private final StringBuilder svg = new StringBuilder();
    private double leastBytes;
    private double mostBytes;
    private double low;
    private double high;

    private record Place(double x, double y) {}

    private record Label(Row row, Place at) {}

    private ParetoPlot(LabReport report) {
        this.report = report;
        metric = report.task().metrics().getFirst();
    }

    static String of(LabReport report) {
        ParetoPlot plot = new ParetoPlot(report);
        plot.scale();
        plot.svg.append(format(
                "<svg viewBox=\"0 0 %d %d\" role=\"img\" aria-label=\"%s against bytes\">",
                WIDTH, HEIGHT, escaped(plot.metric)));
        plot.axes();
        plot.frontier();
        plot.tables();
        plot.legend();
        return plot.svg.append("</svg>\n").toString();
    }

    private void scale() {
        leastBytes = Double.MAX_VALUE;
        low = Double.MAX_VALUE;
        for (Row row : report.rows()) {
            LabReport.Spread value = row.metric(metric);
            leastBytes = Math.min(leastBytes, row.mean(Cell::bytes));
            mostBytes = Math.max(mostBytes, row.mean(Cell::bytes));
            low = Math.min(low, value.mean() - value.deviation());
            high = Math.max(high, value.mean() + value.deviation());
        }
        double room = Math.max(1e-4, (high - low) * 0.06);
        low = Math.max(0, low - room);
        high += room;
        leastBytes /= 1.08;
        mostBytes *= 1.12;
    }

    private double x(double bytes) {
        return LEFT + Math.log(bytes / leastBytes) / Math.log(mostBytes / leastBytes) * (RIGHT - LEFT);
    }

    private double y(double value) {
        return BOTTOM - (value - low) / (high - low) * (BOTTOM - TOP);
    }

    private Place place(Row row) {
        return new Place(x(row.mean(Cell::bytes)), y(row.metric(metric).mean()));
    }

    private void axes() {
        double step = step(high - low);
        for (double value = Math.ceil(low / step) * step; value <= high; value += step) {
            svg.append(format(
                    "<line class=\"grid\" x1=\"%d\" x2=\"%d\" y1=\"%.1f\" y2=\"%.1f\"/>"
                            + "<text class=\"soft\" x=\"%d\" y=\"%.1f\">%s</text>",
                    LEFT, RIGHT, y(value), y(value), RIGHT + 6, y(value) + 4, decimals(value, step)));
        }
        double full = fullRow().mean(Cell::bytes);
        List<Double> ratios = new ArrayList<>(report.request().ratios());
        if (!ratios.contains(1.0)) {
            ratios.addFirst(1.0);
        }
        for (double ratio : ratios) {
            double x = x(full / ratio);
            if (x >= LEFT - 1 && x <= RIGHT) {
                svg.append(format(
                        "<line class=\"grid\" x1=\"%.1f\" x2=\"%.1f\" y1=\"%d\" y2=\"%d\"/>"
                                + "<text class=\"soft\" x=\"%.1f\" y=\"%d\" text-anchor=\"middle\">%s</text>"
                                + "<text class=\"soft\" x=\"%.1f\" y=\"%d\" text-anchor=\"middle\">%s</text>",
                        x, x, TOP, BOTTOM, x, BOTTOM + 18, CellKey.times(ratio), x, BOTTOM + 34, bytes(full / ratio)));
            }
        }
        svg.append(format(
                "<text class=\"soft\" x=\"%d\" y=\"%d\" text-anchor=\"end\">%s</text>",
                WIDTH - 4, TOP - 12, escaped(metric)));
        double reference = y(fullRow().metric(metric).mean());
        svg.append(format(
                "<line class=\"reference\" x1=\"%d\" x2=\"%d\" y1=\"%.1f\" y2=\"%.1f\"/>",
                LEFT, RIGHT, reference, reference));
    }

    private Row fullRow() {
        return report.rows().stream()
                .filter(row -> row.table() == TableKind.FULL)
                .findFirst()
                .orElseThrow();
    }

    private static double step(double span) {
        double raw = span / 7;
        double power = Math.pow(10, Math.floor(Math.log10(raw)));
        double share = raw / power;
        return power * (share <= 1 ? 1 : share <= 2 ? 2 : share <= 5 ? 5 : 10);
    }

    private static String decimals(double value, double step) {
        int places = (int) Math.max(1, Math.ceil(-Math.log10(step) - 1e-9));
        return format("%." + places + "f", value);
    }

    static String bytes(double bytes) {
        return bytes < 1e3
                ? format("%.0f B", bytes)
                : bytes < 1e6
                        ? format(bytes < 1e4 ? "%.1f kB" : "%.0f kB", bytes / 1e3)
                        : format("%.2f MB", bytes / 1e6);
    }

    /// From fewer to more bytes, the best there is within them.
    private void frontier() {
        List<Row> rows = new ArrayList<>(report.rows());
        rows.sort(Comparator.comparingDouble(row -> row.mean(Cell::bytes)));
        StringBuilder path = new StringBuilder();
        double best = Double.NEGATIVE_INFINITY;
        for (Row row : rows) {
            if (row.metric(metric).mean() > best) {
                best = row.metric(metric).mean();
                Place at = place(row);
                path.append(path.isEmpty() ? format("M%.1f %.1f", at.x, at.y) : format("H%.1fV%.1f", at.x, at.y));
            }
        }
        path.append(format("H%d", RIGHT));
        svg.append("<path class=\"frontier\" d=\"").append(path).append("\"/>");
    }

    private void tables() {
        Map<TableKind, List<Row>> byTable = new EnumMap<>(TableKind.class);
        report.rows()
                .forEach(row -> byTable.computeIfAbsent(row.table(), table -> new ArrayList<>())
                        .add(row));
        List<Label> labels = new ArrayList<>();
        byTable.values().forEach(rows -> {
            rows.sort(Comparator.comparingDouble(row -> row.mean(Cell::bytes)));
            labels.add(new Label(rows.getFirst(), place(rows.getFirst())));
            svg.append(
                    format("<g class=\"f%d\">", rows.getFirst().table().family().ordinal()));
            StringBuilder path = new StringBuilder();
            for (Row row : rows) {
                Place at = place(row);
                path.append(format("%s%.1f %.1f", path.isEmpty() ? "M" : "L", at.x, at.y));
            }
            svg.append("<path class=\"line\" d=\"").append(path).append("\"/>");
            rows.forEach(this::point);
            svg.append("</g>\n");
        });
        labels(labels);
    }

    private void point(Row row) {
        Place at = place(row);
        LabReport.Spread value = row.metric(metric);
        if (value.deviation() > 0) {
            svg.append(format(
                    "<line class=\"spread\" x1=\"%.1f\" x2=\"%.1f\" y1=\"%.1f\" y2=\"%.1f\"/>",
                    at.x, at.x, y(value.mean() - value.deviation()), y(value.mean() + value.deviation())));
        }
        svg.append(format("<path class=\"point\" d=\"%s\"><title>", mark(row.table(), at)))
                .append(escaped(format(
                        "%s: %s, %.1fx, %s %.4f (%.3f of full)",
                        row.name(),
                        bytes(row.mean(Cell::bytes)),
                        row.reached(),
                        metric,
                        value.mean(),
                        row.ofFull().mean())))
                .append("</title></path>");
    }

    /// Tables of one family differ by shape.
    private static String mark(TableKind table, Place at) {
        int number = 0;
        for (TableKind other : TableKind.values()) {
            if (other == table) {
                break;
            }
            number += other.family() == table.family() ? 1 : 0;
        }
        return switch (number % 4) {
            case 0 -> format("M%.1f %.1fm-5 0a5 5 0 1 0 10 0a5 5 0 1 0-10 0z", at.x, at.y);
            case 1 -> format("M%.1f %.1fh9v9h-9z", at.x - 4.5, at.y - 4.5);
            case 2 -> format("M%.1f %.1fl5.5 9.5h-11z", at.x, at.y - 6);
            default -> format("M%.1f %.1fl6 6l-6 6l-6-6z", at.x, at.y - 6);
        };
    }

    /// In a column on the left, each on a line with the smallest point of its table.
    private void labels(List<Label> labels) {
        labels.sort(Comparator.comparingDouble(label -> label.at.y));
        double[] heights = new double[labels.size()];
        double lowest = TOP - LABEL;
        for (int i = 0; i < heights.length; i++) {
            heights[i] = Math.max(labels.get(i).at.y, lowest + LABEL);
            lowest = heights[i];
        }
        double highest = BOTTOM + LABEL;
        for (int i = heights.length - 1; i >= 0 && heights[i] > highest - LABEL; i--) {
            heights[i] = highest - LABEL;
            highest = heights[i];
        }
        for (int i = 0; i < heights.length; i++) {
            Row row = labels.get(i).row;
            Place at = labels.get(i).at;
            svg.append(format(
                            "<g class=\"f%d\"><path class=\"leader\" fill=\"none\" d=\"M%d %.1fL%d %.1fL%.1f %.1f\"/>"
                                    + "<path class=\"point\" d=\"%s\"/><text class=\"named\" x=\"%d\" y=\"%.1f\""
                                    + " text-anchor=\"end\">",
                            row.table().family().ordinal(),
                            LEFT - 28,
                            heights[i],
                            LEFT - 8,
                            heights[i],
                            at.x - 6,
                            at.y,
                            mark(row.table(), new Place(LEFT - 36, heights[i])),
                            LEFT - 48,
                            heights[i] + 4))
                    .append(escaped(row.table().key()))
                    .append("</text></g>\n");
        }
    }

    private void legend() {
        int x = LEFT;
        for (TableKind.Family family : TableKind.Family.values()) {
            svg.append(format(
                            "<g class=\"f%d\"><path class=\"point\" d=\"M%d %dh11v11h-11z\"/>"
                                    + "<text class=\"named\" x=\"%d\" y=\"%d\">",
                            family.ordinal(), x, HEIGHT - 26, x + 17, HEIGHT - 16))
                    .append(escaped(family.words()))
                    .append("</text></g>");
            x += 42 + 7 * family.words().length();
        }
    }
}
