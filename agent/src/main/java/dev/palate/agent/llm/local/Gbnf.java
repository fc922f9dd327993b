package dev.palate.agent.llm.local;

import dev.palate.agent.llm.JsonShape;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/// Writes a [JsonShape] as a grammar in llama.cpp's GBNF notation, compact JSON without blanks. Everything the
/// grammar
/// accepts fits the shape.
final class Gbnf {
    private static final int REAL_STEPS = 100;

    private Gbnf() {}

    /// The grammar, with the rule `root`.
    static String of(JsonShape shape) {
        return "root ::= " + rule(shape) + "\n";
    }

    /// Words on one line in which brackets only come as a mark like `[[A]]` with one of the given handles. They
    /// begin
    /// with a word: small models that may begin with a mark often end after it.
    static String words(List<String> handles) {
        String plain = "[^\\[\\]\\x00-\\x1F]";
        String marks = handles.stream().map(h -> literal("[[" + h + "]]")).collect(Collectors.joining(" | "));
        return "root ::= " + plain + " ( " + plain + " | " + marks + " )*\n";
    }

    private static String rule(JsonShape shape) {
        return switch (shape) {
            case JsonShape.Obj object ->
                object.properties().entrySet().stream()
                        .map(e -> literal(JsonShape.quote(e.getKey()) + ":") + " " + rule(e.getValue()))
                        .collect(Collectors.joining(" \",\" ", "( \"{\" ", " \"}\" )"));
            case JsonShape.Arr array -> array(rule(array.element()), array.maxElements());
            case JsonShape.Enumeration one ->
                one.values().stream()
                        .map(value -> literal(JsonShape.quote(value)))
                        .collect(Collectors.joining(" | ", "( ", " )"));
            // A backslash would open an escape, whose length in characters the grammar could not count.
            case JsonShape.Text text -> "( \"\\\"\" [^\"\\\\\\x00-\\x1F]{0," + text.maxCharacters() + "} \"\\\"\" )";
            case JsonShape.Whole whole -> "( " + whole(whole.min(), whole.max()) + " )";
            case JsonShape.Real real -> "( " + real(real) + " )";
            case JsonShape.Truth _ -> "( \"true\" | \"false\" )";
        };
    }

    private static String array(String element, int maxElements) {
        String more = maxElements == 1 ? "" : " ( \",\" " + element + " ){0," + (maxElements - 1) + "}";
        return "( \"[\" ( " + element + more + " )? \"]\" )";
    }

    // A narrow range is a fixed grid: fractions cannot be cut at both ends by digits alone without many rules. In a
    // wide
    // one the numbers next to the ends are left out instead.
    private static String real(JsonShape.Real real) {
        if (real.max() - real.min() > REAL_STEPS) {
            int min = (int) Math.clamp(Math.ceil(real.min()) + 1, Integer.MIN_VALUE, Integer.MAX_VALUE);
            int max = (int) Math.clamp(Math.floor(real.max()) - 1, Integer.MIN_VALUE, Integer.MAX_VALUE);
            return "( " + whole(min, max) + " ) ( \".\" [0-9]{1,4} )?";
        }
        return IntStream.rangeClosed(0, REAL_STEPS)
                .mapToDouble(
                        i -> i == REAL_STEPS ? real.max() : real.min() + (real.max() - real.min()) * i / REAL_STEPS)
                .mapToObj(value -> decimal(value, real))
                .distinct()
                .map(Gbnf::literal)
                .collect(Collectors.joining(" | "));
    }

    private static String decimal(double value, JsonShape.Real real) {
        String rounded =
                String.format(Locale.ROOT, "%.4f", value).replaceAll("0+$", "").replaceAll("\\.$", "");
        double parsed = Double.parseDouble(rounded);
        return parsed >= real.min() && parsed <= real.max() ? rounded : Double.toString(value);
    }

    private static String whole(int min, int max) {
        var parts = new ArrayList<String>();
        if (min < 0) {
            long low = max < 0 ? -(long) max : 1;
            parts.add("\"-\" ( " + String.join(" | ", digits(low, -(long) min)) + " )");
        }
        if (max >= 0) {
            parts.addAll(digits(Math.max(0, min), max));
        }
        return String.join(" | ", parts);
    }

    /// Alternatives that together accept exactly the decimal numbers from `low` to `high`, both 0 or more: each
    /// block of
    /// numbers with the same leading digits and free last digits is one alternative.
    private static List<String> digits(long low, long high) {
        var parts = new ArrayList<String>();
        while (low <= high) {
            long block = 1;
            while (low % (block * 10) == 0 && low != 0 && low + block * 10 - 1 <= high) {
                block *= 10;
            }
            long lead = low / block;
            long most = Math.min(9 - lead % 10, (high - low + 1) / block - 1);
            String first = Long.toString(lead);
            String head = first.substring(0, first.length() - 1);
            String last = first.substring(first.length() - 1);
            String range = most == 0 ? literal(last) : "[" + last + "-" + (lead % 10 + most) + "]";
            String free = " [0-9]".repeat(Long.toString(block).length() - 1);
            parts.add((head.isEmpty() ? "" : literal(head) + " ") + range + free);
            low += block * (most + 1);
        }
        return parts;
    }

    private static String literal(String text) {
        var out = new StringBuilder("\"");
        text.chars().forEach(c -> {
            if (c == '"' || c == '\\') {
                out.append('\\');
            }
            out.append((char) c);
        });
        return out.append('"').toString();
    }
}
