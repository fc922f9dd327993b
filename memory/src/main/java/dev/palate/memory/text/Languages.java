package dev.palate.memory.text;

import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/// Guesses the language of a short text by its script and its commonest words. Cautious: where two languages are near,
/// or too few words are telling, it says [#UNKNOWN]. Stateless; O(length).
public final class Languages {
    /// BCP 47 for a language that is not known.
    public static final String UNKNOWN = "und";

    private static final int TELLING = 2;
    private static final Map<String, Set<String>> COMMON = Map.of(
            "en", words("the and i you of to is it that not like love hate with for my me no but films this are was"),
            "de", words("der die das und ich nicht ist mag keine kein mit für mein mir aber ein eine filme sehr auch"),
            "fr", words("le la les et je ne pas est aime des pour mon avec mais une un du les films très que qui"),
            "es", words("el la los y no me gusta gustan es por con mi pero una un las películas muy que de odio"),
            "it", words("il la le e non mi piace piacciono è per con mio ma una un gli film molto che di odio"),
            "pt", words("o a os e não eu gosto é por com meu mas uma um as filmes muito que de odeio"),
            "nl", words("de het een en ik niet is hou van met voor mijn maar geen films heel ook dat"));

    private Languages() {}

    private static Set<String> words(String text) {
        return Set.copyOf(List.of(text.split(" ", -1)));
    }

    /// A BCP 47 tag: a language, a bare script such as `und-Cyrl`, or `und`.
    public static String of(String text) {
        String script = script(text);
        if (!script.equals("Latn")) {
            return script.isEmpty() ? UNKNOWN : UNKNOWN + "-" + script;
        }
        Map<String, Integer> hits = new HashMap<>();
        for (String word : text.toLowerCase(Locale.ROOT).split("[^\\p{L}]+", -1)) {
            COMMON.forEach((language, common) -> {
                if (common.contains(word)) {
                    hits.merge(language, 1, Integer::sum);
                }
            });
        }
        String best = UNKNOWN;
        int most = 0;
        boolean alone = false;
        for (Map.Entry<String, Integer> entry : hits.entrySet()) {
            if (entry.getValue() > most) {
                best = entry.getKey();
                most = entry.getValue();
                alone = true;
            } else if (entry.getValue() == most) {
                alone = false;
            }
        }
        return most >= TELLING && alone ? best : UNKNOWN;
    }

    // The script of most letters.
    private static String script(String text) {
        Map<Character.UnicodeScript, Integer> counts = new HashMap<>();
        text.codePoints()
                .filter(Character::isLetter)
                .mapToObj(Character.UnicodeScript::of)
                .forEach(script -> counts.merge(script, 1, Integer::sum));
        return counts.entrySet().stream()
                .max(Map.Entry.comparingByValue())
                .map(entry -> code(entry.getKey()))
                .orElse("");
    }

    private static String code(Character.UnicodeScript script) {
        return switch (script) {
            case LATIN -> "Latn";
            case CYRILLIC -> "Cyrl";
            case GREEK -> "Grek";
            case HAN -> "Hani";
            case HIRAGANA, KATAKANA -> "Jpan";
            case HANGUL -> "Kore";
            case ARABIC -> "Arab";
            case HEBREW -> "Hebr";
            case DEVANAGARI -> "Deva";
            default -> "Zyyy";
        };
    }
}
