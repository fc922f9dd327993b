package dev.palate.agent.grounding;

import dev.palate.agent.domain.Gazetteer;
import dev.palate.memory.catalog.ItemId;
import dev.palate.memory.gate.InjectionGate;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/// Lets a model's words through while they stream: a handle `[[A]]` becomes its title, an unknown one is dropped, and
/// at the first word that names what is not shown, or is a link, a price, an order, markup or noise, nothing more comes
/// out.
/// Made for one answer; not thread-safe.
///
/// Nothing of a word is let out before the word is complete, except that of a long word all but its last
/// [#HELD_BACK] characters are. So a title never comes out whole before it is known for one.
public final class ProseFilter {
    /// How many characters are held back at most beyond an open handle.
    public static final int HELD_BACK = 8;
    /// The longest answer, in characters.
    public static final int MAX_TEXT = 900;
    /// The longest word.
    public static final int MAX_WORD = 40;
    /// How often one handle may stand in an answer.
    public static final int MAX_REPEATS = 3;

    private static final Pattern HANDLE = Pattern.compile("\\[\\[([A-Za-z])]]");
    private static final Pattern FOREIGN = Pattern.compile(
            "://|www\\.|[a-z0-9]\\.(com|net|org|io|example|tv)\\b|[$€£¥]|<[/a-z|!]|\\|>|[{}\\\\^~`|]",
            Pattern.CASE_INSENSITIVE);
    private static final Pattern EDGES = Pattern.compile("^[^\\p{L}\\p{N}]+|[^\\p{L}\\p{N}]+$");
    private static final String QUOTES = "\"“«‘";
    private static final String SENTENCE_END = ".!?…";
    private static final int TAIL = 160;

    private final Handles handles;
    private final Gazetteer gazetteer;
    private final Set<ItemId> allowedItems;
    private final Set<String> allowedWords;
    private final PlainWords plainWords;

    private final StringBuilder passed = new StringBuilder();
    private final StringBuilder waiting = new StringBuilder();
    // What the model wrote itself, with a stop in place of each handle: handles are ours to expand, not its words.
    private final StringBuilder own = new StringBuilder();
    private final int[] uses = new int[26];
    private String reason = "";
    private int hits;
    private int titles;
    private boolean sentenceStart = true;
    private boolean loneA;
    // How many characters of the waiting word are out already.
    private int shown;

    /// @param allowedItems items whose titles may be named: the slate's, and those the user named
    /// @param allowedWords words that may be written with a capital letter, in lower case
    /// @param told all that the model was told of the wish, the person and the items
    public ProseFilter(
            Handles handles,
            Gazetteer gazetteer,
            Set<ItemId> allowedItems,
            Set<String> allowedWords,
            List<String> told) {
        this.handles = handles;
        this.gazetteer = gazetteer;
        this.allowedItems = Set.copyOf(allowedItems);
        this.allowedWords = Set.copyOf(allowedWords);
        this.plainWords = new PlainWords(told);
    }

    /// Takes the next piece and returns what may be shown of it and of what was held back.
    public String accept(String piece) {
        var out = new StringBuilder();
        for (int i = 0; i < piece.length() && !stopped(); i++) {
            take(piece.charAt(i), out);
        }
        return out.toString();
    }

    /// Ends the answer and returns what was held back and may be shown.
    public String finish() {
        var out = new StringBuilder();
        if (!stopped()) {
            flush(out, true);
        }
        return out.toString();
    }

    /// True when something was found that must not be shown; the text is then not to be used.
    public boolean stopped() {
        return !reason.isEmpty();
    }

    /// Why it stopped: `title`, `name`, `claim`, `link`, `order`, `noise`, `length`, `repeats`; empty when it did not.
    public String reason() {
        return reason;
    }

    /// How much was masked or dropped.
    public int hits() {
        return hits;
    }

    /// How many handles were expanded.
    public int titles() {
        return titles;
    }

    /// All that was let out.
    public String text() {
        return passed.toString();
    }

    private void take(char c, StringBuilder out) {
        if (passed.length() + waiting.length() > MAX_TEXT) {
            stop("length");
            return;
        }
        if (c == '[' && !waiting.isEmpty() && waiting.charAt(0) != '[') {
            flush(out, true);
        }
        if (!waiting.isEmpty() && waiting.charAt(0) == '[') {
            waiting.append(c);
            bracket(out);
            return;
        }
        if (c == '[') {
            waiting.append(c);
            return;
        }
        if (Character.isWhitespace(c)) {
            flush(out, true);
            emit(out, passed.isEmpty() || endsWithBlank() ? "" : " ");
            own.append(' ');
        } else if (bad(c)) {
            stop("noise");
        } else {
            waiting.append(c);
            if (waiting.length() > MAX_WORD) {
                stop("noise");
            } else if (waiting.length() > HELD_BACK && plain()) {
                emit(out, waiting.substring(shown, waiting.length() - HELD_BACK));
                shown = Math.max(shown, waiting.length() - HELD_BACK);
            }
        }
    }

    private boolean plain() {
        return waiting.chars().allMatch(Character::isLetter) && !endsForeign();
    }

    private boolean endsForeign() {
        return FOREIGN.matcher(waiting).find();
    }

    private boolean endsWithBlank() {
        return Character.isWhitespace(passed.charAt(passed.length() - 1));
    }

    private static boolean bad(char c) {
        int type = Character.getType(c);
        return type == Character.CONTROL
                || type == Character.FORMAT
                || type == Character.SURROGATE
                || type == Character.PRIVATE_USE
                || type == Character.UNASSIGNED;
    }

    private void bracket(StringBuilder out) {
        String open = waiting.toString();
        if (HANDLE.matcher(open).matches()) {
            waiting.setLength(0);
            expand(open.charAt(2), out);
        } else if (open.length() >= 5 || !"[[".startsWith(open.substring(0, Math.min(2, open.length())))) {
            stop("noise");
        }
    }

    private void expand(char letter, StringBuilder out) {
        Optional<String> title = handles.title(letter);
        if (title.isEmpty()) {
            hits++;
            return;
        }
        int used = ++uses[letter - 'A'];
        if (used > MAX_REPEATS) {
            stop("repeats");
            return;
        }
        titles++;
        sentenceStart = false;
        own.append(" . ");
        emit(out, title.get());
    }

    private void flush(StringBuilder out, boolean complete) {
        if (waiting.isEmpty()) {
            return;
        }
        String word = waiting.toString();
        if (word.charAt(0) == '[' || FOREIGN.matcher(word).find()) {
            stop(word.charAt(0) == '[' ? "noise" : "link");
            return;
        }
        if (priced(word)) {
            stop("link");
            return;
        }
        own.append(word);
        String found = complete ? named(word) : "";
        if (!found.isEmpty()) {
            stop(found);
            return;
        }
        emit(out, word.substring(shown));
        shown = 0;
        waiting.setLength(0);
        sentenceStart = SENTENCE_END.indexOf(word.charAt(word.length() - 1)) >= 0;
    }

    private static boolean priced(String word) {
        return word.matches("\\(?\\d+[.,]\\d{2}\\)?[.,;]?");
    }

    private String named(String word) {
        String tail = own.substring(Math.max(0, own.length() - TAIL));
        List<ItemId> items = gazetteer.namedAtEnd(tail);
        if (!items.isEmpty() && items.stream().noneMatch(allowedItems::contains)) {
            return "title";
        }
        if (InjectionGate.found(tail)) {
            return "order";
        }
        String bare = EDGES.matcher(word).replaceAll("").replaceFirst("['’]s$", "");
        if (bareHandle(bare)) {
            return "noise";
        }
        if (bare.isEmpty() || allowedWords.contains(bare.toLowerCase(Locale.ROOT))) {
            return "";
        }
        boolean upper = bare.chars().skip(sentenceStart ? 1 : 0).anyMatch(Character::isUpperCase);
        boolean digit = bare.chars().anyMatch(Character::isDigit);
        if (upper || digit || QUOTES.indexOf(word.charAt(0)) >= 0) {
            return "name";
        }
        return bare.chars().anyMatch(Character::isLetter) && !plainWords.backs(bare) ? "claim" : "";
    }

    // `B` without its brackets, or `A is`: a handle that was not written as one.
    private boolean bareHandle(String word) {
        boolean afterA = loneA;
        loneA = word.equals("A");
        boolean verb = word.equals("is") || word.equals("and") || word.equals("has") || word.equals("adds");
        return afterA && verb
                || word.length() == 1
                        && word.charAt(0) > 'A'
                        && handles.title(word.charAt(0)).isPresent();
    }

    private void emit(StringBuilder out, String text) {
        out.append(text);
        passed.append(text);
    }

    private void stop(String why) {
        reason = why;
        hits++;
        waiting.setLength(0);
    }
}
