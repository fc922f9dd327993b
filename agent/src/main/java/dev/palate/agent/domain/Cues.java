package dev.palate.agent.domain;

import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// The words of English that carry liking, negation, wishing and time. Stateless.
final class Cues {
    static final Set<String> LOVE = words("""
            love loved loves loving like liked likes enjoy enjoyed enjoys adore adored adores prefer
            preferred prefers favourite favourites favorite favorites""");
    static final Set<String> HATE = words("""
            hate hated hates detest detested detests despise loathe loathed loathes""");
    static final Set<String> DISLIKE = Set.of("dislike", "disliked", "dislikes");
    static final Set<String> NOT = words("""
            not dont doesnt didnt isnt wasnt arent werent cant cannot couldnt wont wouldnt never havent
            hasnt neither nor aint hardly""");
    static final Set<String> EXCLUDE = words("""
            no without nothing except excluding minus avoid avoiding skip exclude zero none""");
    static final Set<String> WISH = words("""
            want wants wanted need looking mood recommend suggest show give find fancy watch see play try
            craving search searching recommendation recommendations recommended suggestion suggestions
            suggested include choose pick""");
    static final Set<String> OPEN_WISH = words("""
            something anything some any more maybe please how preferably ideally""");
    static final Set<String> REFERENCE_BEFORE_LIKE = words("""
            something anything film films movie movies more stuff things one ones just much lots exactly
            kind other others""");
    static final Set<String> TRANSIENT = words("""
            tonight today tomorrow currently evening afternoon weekend moment time""");
    static final Set<String> PRAISE = words("""
            brilliant great amazing fantastic excellent awesome wonderful perfect masterpiece good favourite
            favorite fun superb best incredible lovely beautiful classic""");
    static final Set<String> BLAME = words("""
            terrible awful boring bad horrible worst rubbish overrated dull disappointing stupid garbage
            crap mediocre""");
    static final Set<String> COPULA = words("""
            is was are were be been felt seemed looks isnt wasnt arent werent""");
    static final Set<String> SMALL_TITLE_WORDS = words("""
            the a an of and in on to for at by from with or is la de le vs el du des und""");
    static final Set<String> PRONOUNS = Set.of("it", "them", "that", "those", "this", "these");
    static final Set<String> SELF = words("""
            i im id ive ill me we weve wed were us my our""");
    static final Set<String> OTHERS = words("""
            he she they hes shes theyre people everyone everybody someone somebody critics others most
            anyone anybody women men you""");
    static final Set<String> KIN = words("""
            friend friends wife husband boyfriend girlfriend partner mother mom mum dad father sister
            brother son daughter kids kid children family colleague colleagues boss roommate flatmate
            parents grandmother grandfather grandma grandpa uncle aunt cousin nephew niece neighbour
            neighbor date team guests child""");
    static final Set<String> QUESTION = words("""
            do does did is are was were what whats which who whos why how when where can could would will
            should have has any""");

    static final Set<String> EMPTY = words("""
            a about after again all also am an and another as at back be because before bit but by can could
            else ever every fact feel feeling first for from get go going good got great had has have hello
            here hey hi if im in instead into is its just kind know last late later less let lets list long lot
            lots make many me mind more much my name new newer next nice now of off ok okay old older on only
            or other out over own really recent same should similar since so some sort still such sure tell
            than thank thanks the them then there thing things think time to today tonight too under until up
            us very way well were what which who why will with would yes yet you your between year years day
            evening night weekend genre genres type style actually fully quite rather start starting onwards
            released made surprise hate early mid watching youre theres whats already forget always anymore
            ones yeah yea yep yup nope oh hmm wow cool lol haha aww thats ill dont doing done look looking
            looks see saw heard hear knows guess say says said sorts mention definitely probably maybe both
            pretty totally absolutely seriously honest honestly course times ago along interested idea ideas
            example suggestion help wondering fine interesting awesome sounds sound trying try job sexy cute
            friday saturday sunday monday greetings bye welcome sorry glad hope thought remember stuff guys
            part completed line asking different 15 taste morning afternoon never though went choices decade
            decades""");

    private static final Set<String> CUE_BEFORE = words("""
            watch see film films movie movies than titled called fan with rewatch recommend
            directed""");
    private static final Set<String> FILLERS = words("""
            really absolutely just also both already always the a film movie of so much as is was ever first
            original new old""");

    /// How many a word says, two to ten.
    static final Map<String, Integer> COUNTS =
            Map.of("two", 2, "three", 3, "four", 4, "five", 5, "six", 6, "seven", 7, "eight", 8, "nine", 9, "ten", 10);

    private Cues() {}

    private static Set<String> words(String text) {
        return Set.of(text.strip().split("\\s+", -1));
    }

    /// True for a word that says a liking or a disliking by itself.
    static boolean attitude(String word) {
        return LOVE.contains(word) || HATE.contains(word) || DISLIKE.contains(word);
    }

    /// True when the words before say that a title may come.
    static boolean beforeTitle(List<Token> tokens, int from, @Nullable TitleMatch before, Lexicon lexicon) {
        int i = from - 1;
        for (int steps = 0;
                i >= 0 && steps < 3 && FILLERS.contains(tokens.get(i).word());
                steps++) {
            i--;
        }
        if (i < 0) {
            return false;
        }
        String word = tokens.get(i).word();
        boolean joined = before != null
                && before.to() == from - 1
                && (word.equals("and") || word.equals("or") || word.equals("nor"));
        boolean listed =
                before != null && before.to() == from && tokens.get(from).afterAny(",/&");
        if (joined || listed) {
            return true;
        }
        if (word.equals("like") && i > 0) {
            String earlier = tokens.get(i - 1).word();
            return !Set.of("id", "would", "feel", "feels", "wed").contains(earlier);
        }
        return LOVE.contains(word)
                || HATE.contains(word)
                || DISLIKE.contains(word)
                || CUE_BEFORE.contains(word)
                || lexicon.had(word)
                || word.equals("to") && i > 0 && tokens.get(i - 1).word().equals("similar")
                || word.equals("as") && i > 0 && tokens.get(i - 1).word().equals("such");
    }

    /// True when the words after speak of what stands before as of a film: `was brilliant`, `is my favourite`.
    static boolean afterTitle(List<Token> tokens, int to) {
        return predicate(tokens, to) != 0;
    }

    /// 1 for praise, -1 for blame, 0 for neither, of the words right after a title or category.
    static int predicate(List<Token> tokens, int to) {
        if (to >= tokens.size()
                || !COPULA.contains(tokens.get(to).word())
                || tokens.get(to).afterAny(",.;!?")) {
            return 0;
        }
        int sign = NOT.contains(tokens.get(to).word()) ? -1 : 1;
        for (int i = to + 1; i < Math.min(tokens.size(), to + 6); i++) {
            Token token = tokens.get(i);
            if (token.afterAny(",.;!?")) {
                return 0;
            }
            if (NOT.contains(token.word())) {
                sign = -sign;
            } else if (PRAISE.contains(token.word())) {
                return sign;
            } else if (BLAME.contains(token.word())) {
                return -sign;
            }
        }
        return 0;
    }

    /// The year that the word is, 1880 to 2039.
    static @Nullable Integer year(String word) {
        if (word.length() != 4 || !word.chars().allMatch(c -> c >= '0' && c <= '9')) {
            return null;
        }
        int year = Integer.parseInt(word);
        return year >= 1880 && year < 2040 ? year : null;
    }
}
