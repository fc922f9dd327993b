package dev.palate.agent.domain;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// Finds titles by the year in parentheses behind them, `Superbad (2007)`: of the catalog, of the wider list, or of
/// neither. Such a year is no span of years that is asked for. Stateless.
final class DatedTitles {
    private static final int LONGEST = 14;
    /// Lists disagree by a year on when a film came out.
    private static final int SLACK = 1;

    /// Words that begin a sentence before a title.
    private static final Set<String> OPENERS = Set.of(
            "yes", "no", "ok", "okay", "oh", "well", "like", "liked", "also", "maybe", "watched", "seen", "saw",
            "loved", "love", "and", "or", "but", "try", "have", "did", "what", "how", "about");

    private DatedTitles() {}

    static List<Spots.Spot> read(List<Token> tokens, CatalogSnapshot catalog) {
        List<Spots.Spot> spots = new ArrayList<>();
        int open = 0;
        for (int at = 1; at < tokens.size(); at++) {
            Integer year = Cues.year(tokens.get(at).word());
            if (year == null || !tokens.get(at).gap().endsWith("(")) {
                continue;
            }
            Spots.Spot spot = endingAt(tokens, Math.max(open, at - LONGEST), at, year, catalog);
            if (spot != null) {
                spots.add(spot);
                open = at + 1;
            }
        }
        return spots;
    }

    private static Spots.@Nullable Spot endingAt(
            List<Token> tokens, int open, int at, int year, CatalogSnapshot catalog) {
        for (int from = open; from < at; from++) {
            Mention known = known(tokens, from, at, year, catalog);
            if (known != null) {
                return new Spots.Spot(from, at + 1, List.of(known), null);
            }
        }
        int from = capitals(tokens, open, at);
        if (from == at) {
            return null;
        }
        String title = tokens.subList(from, at).stream().map(Token::raw).collect(Collectors.joining(" "));
        return new Spots.Spot(
                from, at + 1, List.of(new Mention.Elsewhere(title, year, namesake(title, catalog))), null);
    }

    private static @Nullable Mention known(List<Token> tokens, int from, int at, int year, CatalogSnapshot catalog) {
        return catalog.gazetteer()
                .dated(tokens, from, at, year, SLACK)
                .map(match -> (Mention) new Mention.Title(match.item(), match.title(), match.year()))
                .or(() -> catalog.elsewhere().dated(tokens, from, at, year, SLACK, catalog))
                .orElse(null);
    }

    // Another film of the same name is mostly a remake or the one that was meant.
    private static Set<String> namesake(String title, CatalogSnapshot catalog) {
        return catalog.gazetteer()
                .item(title)
                .map(catalog::categoriesOf)
                .orElseGet(() -> catalog.elsewhere().categories(title, catalog));
    }

    /// Where the words with capital letters before the year begin; `at` when there are none.
    private static int capitals(List<Token> tokens, int open, int at) {
        int from = at;
        while (from > open && titled(tokens.get(from - 1)) && (from == at || !ends(tokens.get(from)))) {
            from--;
        }
        while (from < at && idle(tokens, from, at)) {
            from++;
        }
        return from;
    }

    private static boolean titled(Token token) {
        return token.capital() || Cues.SMALL_TITLE_WORDS.contains(token.word());
    }

    private static boolean ends(Token token) {
        return token.afterAny("?;\n()") || token.gap().startsWith(". ");
    }

    // "Yes Superbad (2007)": the first word begins the sentence, not the title.
    private static boolean idle(List<Token> tokens, int from, int at) {
        Token token = tokens.get(from);
        return !token.capital() || from + 1 < at && OPENERS.contains(token.word());
    }
}
