package dev.palate.memory.gate;

import java.text.Normalizer;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// Words of a text in compatibility form and lower case.
final class Words {
    private Words() {}

    static String normal(String text) {
        return String.join(" ", of(text));
    }

    static List<String> of(String text) {
        String folded = Normalizer.normalize(text, Normalizer.Form.NFKC).toLowerCase(Locale.ROOT);
        List<String> words = new ArrayList<>();
        var word = new StringBuilder();
        folded.codePoints().forEach(point -> {
            if (Character.isLetterOrDigit(point) || Character.getType(point) == Character.NON_SPACING_MARK) {
                word.appendCodePoint(point);
            } else if (point != '\'' && point != '’' && !word.isEmpty()) {
                words.add(word.toString());
                word.setLength(0);
            }
        });
        if (!word.isEmpty()) {
            words.add(word.toString());
        }
        return words;
    }
}
