package dev.palate.agent.domain;

import java.text.Normalizer;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// Turns text into words that compare equal however they are written. Stateless.
final class Folding {
    private Folding() {}

    /// The words of the text, in order; O(length).
    static List<Token> tokens(String text) {
        List<Token> tokens = new ArrayList<>();
        int gapStart = 0;
        int i = 0;
        while (i < text.length()) {
            int end = wordEnd(text, i);
            if (end == i) {
                i += Character.charCount(text.codePointAt(i));
                continue;
            }
            String raw = text.substring(i, end);
            String word = raw.equals("&") ? "and" : fold(raw);
            if (!word.isEmpty()) {
                tokens.add(new Token(i, end, raw, word, text.substring(gapStart, i)));
                gapStart = end;
            }
            i = end;
        }
        return tokens;
    }

    /// The words of the text joined by blanks.
    static String phrase(String text) {
        return tokens(text).stream().map(Token::word).collect(Collectors.joining(" "));
    }

    private static int wordEnd(String text, int from) {
        if (text.charAt(from) == '&') {
            return from + 1;
        }
        int i = from;
        while (i < text.length()) {
            int point = text.codePointAt(i);
            boolean inside = Character.isLetterOrDigit(point)
                    || Character.getType(point) == Character.NON_SPACING_MARK
                    || i > from && apostrophe(point) && letterAt(text, i + 1);
            if (!inside) {
                break;
            }
            i += Character.charCount(point);
        }
        return i;
    }

    private static boolean letterAt(String text, int i) {
        return i < text.length() && Character.isLetterOrDigit(text.codePointAt(i));
    }

    private static boolean apostrophe(int point) {
        return point == '\'' || point == '’' || point == '`' || point == '´';
    }

    private static String fold(String raw) {
        String plain = Normalizer.normalize(raw, Normalizer.Form.NFKD).toLowerCase(Locale.ROOT);
        var word = new StringBuilder(plain.length());
        plain.codePoints().filter(Character::isLetterOrDigit).forEach(word::appendCodePoint);
        return word.toString();
    }

    /// The words with the last one in the singular, as far as its end shows: `coffee beans`, `knives`.
    static String singular(String phrase) {
        if (!phrase.endsWith("s")) {
            // Most words: asked of every word of a catalog.
            return phrase;
        }
        if (Stream.of("knives", "wives", "lives").anyMatch(phrase::endsWith) && !phrase.endsWith("olives")) {
            return phrase.substring(0, phrase.length() - 3) + "fe";
        }
        if (phrase.length() > 4 && phrase.endsWith("ies")) {
            return phrase.substring(0, phrase.length() - 3) + "y";
        }
        boolean plural =
                phrase.length() > 3 && !phrase.endsWith("ss") && !phrase.endsWith("us") && !phrase.endsWith("is");
        if (!plural) {
            return phrase;
        }
        boolean longer = Stream.of("sses", "shes", "ches", "xes").anyMatch(phrase::endsWith);
        return phrase.substring(0, phrase.length() - (longer ? 2 : 1));
    }
}
