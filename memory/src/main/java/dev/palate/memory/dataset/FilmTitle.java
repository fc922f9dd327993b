package dev.palate.memory.dataset;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// A MovieLens title taken apart: `City of Lost Children, The (Cité des enfants perdus, La) (1995)` is
/// `The City of Lost Children` of 1995, also known as `La Cité des enfants perdus`.
///
/// @param title as people write it
/// @param year of release or of the first season, absent when the title names none
/// @param alsoKnownAs the other titles in parentheses, in order
/// @param original the title as the file has it
record FilmTitle(String title, @Nullable Integer year, List<String> alsoKnownAs, String original) {
    private static final Pattern YEAR = Pattern.compile("^(.*\\S)\\s*\\((\\d{4})(?:[-\u2013](?:\\d{4})?)?\\)$");
    private static final Pattern OTHER = Pattern.compile("^(.*\\S)\\s+\\(([^()]+(?:\\([^()]*\\)[^()]*)*)\\)$");
    private static final Pattern KNOWN_AS = Pattern.compile("^(?:a\\.?k\\.?a\\.?|aka)\\s+", Pattern.CASE_INSENSITIVE);
    private static final Pattern ARTICLE = Pattern.compile(
            "^(.*\\S), (The|An?|L'|Le|La|Les|Une?|Il|Lo|I|Gli|El|Los|Las|O|Os|Das|Der|Die|Den|Det|De|Het|Ein|Eine)$");

    FilmTitle {
        alsoKnownAs = List.copyOf(alsoKnownAs);
    }

    static FilmTitle parse(String original) {
        String rest = original.strip();
        @Nullable Integer year = null;
        Matcher withYear = YEAR.matcher(rest);
        if (withYear.matches()) {
            rest = withYear.group(1);
            year = Integer.valueOf(withYear.group(2));
        }
        List<String> others = new ArrayList<>();
        for (Matcher other = OTHER.matcher(rest); other.matches(); other = OTHER.matcher(rest)) {
            others.addFirst(articleFirst(KNOWN_AS.matcher(other.group(2)).replaceFirst("")));
            rest = other.group(1);
        }
        return new FilmTitle(articleFirst(rest), year, others, original.strip());
    }

    private static String articleFirst(String title) {
        Matcher article = ARTICLE.matcher(title);
        if (!article.matches()) {
            return title;
        }
        String word = article.group(2);
        return word + (word.endsWith("'") ? "" : " ") + article.group(1);
    }

    /// True when the title is not simply the original without its year.
    boolean rewritten() {
        return !original.equals(title)
                && !YEAR.matcher(original).replaceFirst("$1").equals(title);
    }
}
