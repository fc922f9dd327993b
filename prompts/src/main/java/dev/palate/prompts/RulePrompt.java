package dev.palate.prompts;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/// Asks for a rule by which like users and items are weighed, on an operator's request. Of users there is no field
/// that could hold more than counts and quantiles over many of them.
///
/// @param size of the catalog
/// @param themes of the catalog, the commonest first, at most [#MAX_THEMES]
/// @param seen what there is to weigh, each kind and feature once, at most [#MAX_SEEN]; none where too few were seen
/// @param rule in force, as JSON
/// @param mistake of the last answer; empty at first
/// @param request of the operator; may be empty
public record RulePrompt(Size size, List<Quoted> themes, List<Spread> seen, Quoted rule, Quoted mistake, Quoted request)
        implements Prompt {
    /// Release this record fills.
    public static final PromptVersion VERSION = new PromptVersion("rule", 1);
    /// Names of its slots.
    public static final Set<String> SLOTS = Set.of("catalog", "themes", "seen", "rule", "mistake", "request");
    /// Most themes.
    public static final int MAX_THEMES = 10;
    /// Cap for a theme, in characters.
    public static final int THEME_CHARACTERS = 30;
    /// Most spreads: five features of two kinds.
    public static final int MAX_SEEN = 10;
    /// Cap for the rule in force, in characters.
    public static final int RULE_CHARACTERS = 1_600;
    /// Cap for what was wrong with the last answer, in characters.
    public static final int MISTAKE_CHARACTERS = 200;
    /// Cap for the request, in characters.
    public static final int REQUEST_CHARACTERS = 300;

    private static final Pattern WORD = Pattern.compile("[a-z]{1,10}");
    private static final int DIGITS = 2;

    /// How large the catalog is.
    ///
    /// @param users 0 or more, as the others
    public record Size(long users, long items, long interactions) {
        /// @throws IllegalArgumentException for one below 0
        public Size {
            if (users < 0 || items < 0 || interactions < 0) {
                throw new IllegalArgumentException(
                        "counts must be 0 or more, were " + users + ", " + items + ", " + interactions);
            }
        }
    }

    /// How a feature is spread over all that was seen of a kind.
    ///
    /// @param kind such as `user`
    /// @param feature such as `edge`
    /// @param low 10 percent are at most this
    /// @param middle 50 percent are at most this
    /// @param high 90 percent are at most this
    public record Spread(String kind, String feature, double low, double middle, double high) {
        /// @throws IllegalArgumentException for another word, or unless 0 <= low <= middle <= high
        public Spread {
            require(kind);
            require(feature);
            if (!(0 <= low && low <= middle && middle <= high && high < Double.POSITIVE_INFINITY)) {
                throw new IllegalArgumentException(
                        "quantiles must be 0 or more and in order, were " + low + ", " + middle + ", " + high);
            }
        }

        private String text() {
            return feature + " " + number(low) + " " + number(middle) + " " + number(high);
        }

        private static String number(double value) {
            BigDecimal rounded = BigDecimal.valueOf(value)
                    .setScale(DIGITS, RoundingMode.HALF_UP)
                    .stripTrailingZeros();
            return rounded.toPlainString();
        }
    }

    /// @throws IllegalArgumentException for too many of anything, a spread given twice, or text over its cap
    public RulePrompt {
        themes = bounded("themes", themes, MAX_THEMES);
        seen = bounded("spreads", seen, MAX_SEEN);
        Set<String> known = new HashSet<>();
        for (Spread spread : seen) {
            if (!known.add(spread.kind() + " " + spread.feature())) {
                throw new IllegalArgumentException("'" + spread.kind() + " " + spread.feature() + "' is given twice");
            }
        }
        themes.forEach(theme -> theme.requireCap("theme", THEME_CHARACTERS));
        rule.requireCap("rule", RULE_CHARACTERS);
        mistake.requireCap("mistake", MISTAKE_CHARACTERS);
        request.requireCap("request", REQUEST_CHARACTERS);
    }

    /// From raw text, cleaned and cut to the caps; surplus themes are left out.
    ///
    /// @param mistake of the last answer; empty at first
    public static RulePrompt of(
            Size size, List<String> themes, List<Spread> seen, String rule, String mistake, String request) {
        return new RulePrompt(
                size,
                themes.stream()
                        .limit(MAX_THEMES)
                        .map(theme -> Quoted.of(theme, THEME_CHARACTERS))
                        .toList(),
                seen,
                Quoted.of(rule, RULE_CHARACTERS),
                Quoted.of(mistake, MISTAKE_CHARACTERS),
                Quoted.of(request, REQUEST_CHARACTERS));
    }

    @Override
    public PromptVersion version() {
        return VERSION;
    }

    @Override
    public Map<String, String> slots() {
        return Map.of(
                "catalog",
                        size.users() + " users, " + size.items() + " items, " + size.interactions() + " interactions",
                "themes", said(themes.stream().map(Quoted::text).collect(Collectors.joining(", "))),
                "seen", seen.isEmpty() ? "seen -" : seenText(),
                "rule", said(rule.text()),
                "mistake", said(mistake.text()),
                "request", said(request.text()));
    }

    private String seenText() {
        return seen.stream()
                .map(Spread::kind)
                .distinct()
                .map(kind -> "seen of " + kind + "s: "
                        + seen.stream()
                                .filter(spread -> spread.kind().equals(kind))
                                .map(Spread::text)
                                .collect(Collectors.joining("; ")))
                .collect(Collectors.joining("\n"));
    }

    private static String said(String text) {
        return text.isEmpty() ? "-" : text;
    }

    private static <T> List<T> bounded(String what, List<T> list, int most) {
        if (list.size() > most) {
            throw new IllegalArgumentException(what + " must be at most " + most + ", were " + list.size());
        }
        return List.copyOf(list);
    }

    private static void require(String word) {
        if (!WORD.matcher(word).matches()) {
            throw new IllegalArgumentException("word must match " + WORD.pattern() + ", was '" + word + "'");
        }
    }
}
