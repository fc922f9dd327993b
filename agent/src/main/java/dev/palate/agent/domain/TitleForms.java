package dev.palate.agent.domain;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// The ways a title is written: `Postman, The (Postino, Il) (1994)` is also `The Postman`, `Postman`, `Il Postino`
/// and `Postino`; of `Star Wars: Episode IV - A New Hope` the parts count weakly. Stateless.
final class TitleForms {
    /// Whole, without its article, a part of it.
    enum Form {
        /// The title or another whole name of it.
        WHOLE,
        /// Without its leading article.
        BARE,
        /// What stands before or after a colon or dash.
        PART
    }

    private static final Pattern YEAR = Pattern.compile("\\s*\\(\\d{4}(-\\d{0,4})?\\)\\s*$");
    private static final Pattern OTHER_NAME = Pattern.compile("\\(([^()]+)\\)");
    private static final Pattern ARTICLE_LAST = Pattern.compile(
            "^(.*), (The|A|An|Le|La|Les|L'|Il|Lo|El|Los|Las|Der|Die|Das|Den|Det|De|Het|Un|Une|Uno|Una|O|Os)$");
    private static final Pattern ARTICLE_FIRST =
            Pattern.compile("^(The|A|An|Le|La|Les|Il|El|Los|Las|Der|Die|Das) (.+)$", Pattern.CASE_INSENSITIVE);
    private static final Pattern PARTS = Pattern.compile(":\\s+|\\s+-\\s+");

    private TitleForms() {}

    /// The title without its year and other names, its article in front.
    static String plain(String title) {
        String main = OTHER_NAME
                .matcher(YEAR.matcher(title).replaceFirst(""))
                .replaceAll("")
                .strip();
        String turned = articleFirst(main.isEmpty() ? title : main);
        return turned.isBlank() ? title : turned;
    }

    /// Every written form, best form of each; keys are folded.
    static Map<String, Form> of(String title, List<String> otherNames) {
        Map<String, Form> forms = new LinkedHashMap<>();
        String dated = YEAR.matcher(title).replaceFirst("");
        List<String> names = new ArrayList<>();
        names.add(plain(title));
        Matcher other = OTHER_NAME.matcher(dated);
        while (other.find()) {
            names.add(articleFirst(other.group(1).replaceFirst("(?i)^a\\.?k\\.?a\\.?\\s*", "")));
        }
        otherNames.forEach(name -> names.add(plain(name)));
        names.forEach(name -> put(forms, name, Form.WHOLE));
        names.forEach(name -> put(forms, ARTICLE_FIRST.matcher(name).replaceFirst("$2"), Form.BARE));
        for (String name : names) {
            String[] parts = PARTS.split(name, -1);
            for (int i = 0; parts.length > 1 && i < parts.length; i++) {
                put(forms, articleFirst(parts[i]), Form.PART);
            }
        }
        return forms;
    }

    private static void put(Map<String, Form> forms, String name, Form form) {
        String key = Folding.phrase(name);
        if (!key.isEmpty() && (form != Form.PART || key.indexOf(' ') > 0)) {
            forms.putIfAbsent(key, form);
        }
    }

    private static String articleFirst(String name) {
        Matcher last = ARTICLE_LAST.matcher(name.strip());
        if (!last.matches()) {
            return name.strip();
        }
        String article = last.group(2);
        return article.endsWith("'") ? article + last.group(1) : article + " " + last.group(1);
    }
}
