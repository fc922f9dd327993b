package dev.palate.agent.domain;

import dev.palate.memory.catalog.Item;
import dev.palate.memory.catalog.ItemId;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Finds the titles of a catalog in text, in any case, with moved or missing articles and without diacritics.
/// Immutable and thread-safe; finding costs O(words × longest title).
///
/// A word that is ordinary English, such as `Heat`, `It` or `Up`, counts as a title only when it is written with a
/// capital letter and a cue stands beside it (`loved`, `seen`, `like`, `was brilliant`, quotes). Of several items of
/// one title the one whose year stands in the message is meant, else the one with most interactions.
public final class Gazetteer {
    private static final int LONGEST_TITLE = 14;
    private static final Pattern SEPARATOR = Pattern.compile("[|;]");
    private static final Set<String> ARTICLES = Set.of("the", "a", "an");

    private record Candidate(
            ItemId item, String title, @Nullable Integer year, TitleForms.Form form, int count) {}

    private final PhraseTable<List<Candidate>> table = new PhraseTable<>();
    private final Lexicon lexicon;

    private Gazetteer(Lexicon lexicon) {
        this.lexicon = lexicon;
    }

    /// Of the items, hidden ones too.
    ///
    /// @param counts interactions of each item, items without any left out
    public static Gazetteer of(List<Item> items, Map<ItemId, Integer> counts, Lexicon lexicon) {
        var gazetteer = new Gazetteer(lexicon);
        for (Item item : items) {
            String others = item.attributes().getOrDefault("also_known_as", "");
            List<String> names = SEPARATOR
                    .splitAsStream(others)
                    .map(String::strip)
                    .filter(name -> !name.isEmpty())
                    .toList();
            String plain = TitleForms.plain(item.title());
            int count = counts.getOrDefault(item.id(), 0);
            TitleForms.of(item.title(), names)
                    .forEach((key, form) ->
                            gazetteer.add(key, new Candidate(item.id(), plain, item.year(), form, count)));
        }
        for (DomainPack.Alias alias : lexicon.pack().aliases()) {
            List<Candidate> meant = gazetteer.table.exact(Folding.phrase(TitleForms.plain(alias.title())));
            if (meant != null) {
                Candidate best = best(meant, null);
                alias.words().forEach(word -> gazetteer.alias(Folding.phrase(word), best));
            }
        }
        return gazetteer;
    }

    private void add(String key, Candidate candidate) {
        List<Candidate> known = table.exact(key);
        if (known == null) {
            known = new ArrayList<>();
            table.add(key, known);
        }
        known.add(candidate);
    }

    private void alias(String key, Candidate candidate) {
        List<Candidate> known = table.exact(key);
        if (known == null || known.stream().noneMatch(other -> other.form() == TitleForms.Form.WHOLE)) {
            add(
                    key,
                    new Candidate(
                            candidate.item(),
                            candidate.title(),
                            candidate.year(),
                            TitleForms.Form.WHOLE,
                            candidate.count()));
        }
    }

    /// How many written forms it knows.
    public int size() {
        return table.size();
    }

    /// A title as a person would write it: without year and other names, its article in front.
    public static String plainTitle(String title) {
        return TitleForms.plain(title);
    }

    /// The items whose title the text ends with, plainly named: for checking what a model writes, word by word.
    /// Ordinary
    /// words count only when there are several, all with capital letters. Empty when there is none.
    public List<ItemId> namedAtEnd(String text) {
        List<Token> tokens = Folding.tokens(text);
        int from = tokens.size();
        while (from > 0
                && tokens.size() - from < LONGEST_TITLE
                && (from == tokens.size() || !tokens.get(from).afterAny(".!?"))) {
            from--;
        }
        for (int start = Math.max(from, 0); start < tokens.size(); start++) {
            int length = tokens.size() - start;
            List<Candidate> candidates = table.exact(PhraseTable.join(tokens, start, length));
            if (candidates != null && plainlyNamed(tokens, start, length)) {
                return candidates.stream().map(Candidate::item).toList();
            }
        }
        return List.of();
    }

    private boolean plainlyNamed(List<Token> tokens, int from, int length) {
        if (ordinary(tokens, from, length)) {
            return length > 1 && tokens.subList(from, from + length).stream().allMatch(Token::capital);
        }
        return length > 1 || tokens.get(from).capital();
    }

    /// The one item that goes by this name alone; the most used when there are several.
    public Optional<ItemId> item(String name) {
        List<Candidate> candidates = table.exact(Folding.phrase(name));
        return candidates == null
                ? Optional.empty()
                : Optional.of(best(candidates, null).item());
    }

    /// What the words are the title of, if it is of that year.
    ///
    /// @param slack by how many years it may differ
    Optional<TitleMatch> dated(List<Token> tokens, int from, int to, int year, int slack) {
        List<Candidate> known = table.exact(PhraseTable.join(tokens, from, to - from));
        if (known == null || brokenBySentence(tokens, from, to)) {
            return Optional.empty();
        }
        List<Candidate> fitting = known.stream()
                .filter(candidate -> candidate.year() != null && Math.abs(candidate.year() - year) <= slack)
                .toList();
        if (fitting.isEmpty()) {
            return Optional.empty();
        }
        Candidate chosen = best(fitting, year);
        return Optional.of(new TitleMatch(chosen.item(), chosen.title(), chosen.year(), from, to + 1));
    }

    List<TitleMatch> find(List<Token> tokens) {
        List<TitleMatch> matches = new ArrayList<>();
        int i = 0;
        while (i < tokens.size()) {
            TitleMatch match = matchAt(tokens, i, matches.isEmpty() ? null : matches.getLast());
            if (match == null) {
                i++;
            } else {
                matches.add(match);
                i = match.to();
            }
        }
        return matches;
    }

    private @Nullable TitleMatch matchAt(List<Token> tokens, int from, @Nullable TitleMatch before) {
        int room = Math.min(LONGEST_TITLE, tokens.size() - from);
        while (room > 0) {
            PhraseTable.Hit<List<Candidate>> hit = table.at(tokens, from, room);
            if (hit == null) {
                return null;
            }
            int to = from + hit.length();
            if (!brokenBySentence(tokens, from, to)) {
                Integer year = statedYear(tokens, to);
                boolean yearFits =
                        year != null && hit.value().stream().anyMatch(candidate -> year.equals(candidate.year()));
                if (yearFits || believed(tokens, from, to, before)) {
                    Candidate chosen = best(hit.value(), year == null ? yearNear(tokens, to) : year);
                    return new TitleMatch(chosen.item(), chosen.title(), chosen.year(), from, yearFits ? to + 1 : to);
                }
            }
            room = hit.length() - 1;
        }
        return null;
    }

    private boolean believed(List<Token> tokens, int from, int to, @Nullable TitleMatch before) {
        if (quoted(tokens, from, to)) {
            return true;
        }
        boolean cue = Cues.beforeTitle(tokens, from, before, lexicon) || Cues.afterTitle(tokens, to);
        boolean capital = capital(tokens, from, to);
        if (ordinary(tokens, from, to - from)) {
            return capital && cue;
        }
        boolean several = to - from - (ARTICLES.contains(tokens.get(from).word()) ? 1 : 0) > 1;
        return several || capital || cue || to - from == tokens.size();
    }

    private boolean ordinary(List<Token> tokens, int from, int length) {
        Set<String> common = lexicon.pack().commonWords();
        for (int i = from; i < from + length; i++) {
            Token token = tokens.get(i);
            if (!common.contains(token.word())
                    && !lexicon.knows(token.word())
                    && !lexicon.pack().nouns().contains(token.word())
                    && !token.number()) {
                return false;
            }
        }
        return true;
    }

    // At the start of a sentence a capital says nothing of a title, unless a later word has one too.
    private static boolean capital(List<Token> tokens, int from, int to) {
        boolean sentenceStart = from == 0 || tokens.get(from).afterAny(".!?:\n");
        boolean any = false;
        for (int i = from; i < to; i++) {
            Token token = tokens.get(i);
            boolean small = Cues.SMALL_TITLE_WORDS.contains(token.word());
            if (!token.capital() && !small) {
                return false;
            }
            any |= token.capital() && !small && (i > from || !sentenceStart);
        }
        return any || sentenceStart && tokens.get(from).capital() && to < tokens.size();
    }

    private static boolean quoted(List<Token> tokens, int from, int to) {
        String open = tokens.get(from).gap();
        if (open.isEmpty() || "\"“«„".indexOf(open.charAt(open.length() - 1)) < 0) {
            return false;
        }
        return to == tokens.size() || tokens.get(to).afterAny("\"”»“");
    }

    private static boolean brokenBySentence(List<Token> tokens, int from, int to) {
        for (int i = from + 1; i < to; i++) {
            if (tokens.get(i).afterAny("?;\n()") || tokens.get(i).gap().startsWith(". ")) {
                return true;
            }
        }
        return false;
    }

    private static @Nullable Integer statedYear(List<Token> tokens, int at) {
        if (at < tokens.size() && tokens.get(at).gap().endsWith("(")) {
            return Cues.year(tokens.get(at).word());
        }
        return null;
    }

    private static @Nullable Integer yearNear(List<Token> tokens, int at) {
        boolean from = at + 1 < tokens.size()
                && Set.of("from", "of").contains(tokens.get(at).word())
                && !tokens.get(at).afterAny(",.;!?");
        return from ? Cues.year(tokens.get(at + 1).word()) : null;
    }

    private static Candidate best(List<Candidate> candidates, @Nullable Integer year) {
        Comparator<Candidate> order = Comparator.<Candidate, Boolean>comparing(
                        candidate -> year == null || !year.equals(candidate.year()))
                .thenComparing(candidate -> candidate.form() == TitleForms.Form.PART)
                .thenComparing(Candidate::count, Comparator.reverseOrder())
                .thenComparing(Candidate::form)
                .thenComparing(Candidate::item);
        return candidates.stream().min(order).orElseThrow();
    }
}
