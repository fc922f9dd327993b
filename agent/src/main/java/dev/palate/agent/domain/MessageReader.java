package dev.palate.agent.domain;

import dev.palate.agent.domain.Reading.Act;
import dev.palate.memory.gate.InjectionGate;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/// Reads messages by rules: titles, lexicon and tags, under negation, contrast and the voices of others. Thread-safe;
/// costs O(words × longest title).
public final class MessageReader {
    private static final Map<Act, Pattern> ACTS = new EnumMap<>(Map.ofEntries(
            Map.entry(
                    Act.GREETING,
                    Pattern.compile("^(hi|hello|hey|howdy|greetings|good (morning|evening|afternoon|day))\\b")),
            Map.entry(
                    Act.THANKS,
                    Pattern.compile(
                            "\\b(thanks|thank you|thx|bye|goodbye|good night|see you)\\b|^(cheers|great|perfect|"
                                    + "nice|cool|ok|okay|yes|lol|awesome)( .{0,12})?$")),
            Map.entry(
                    Act.ELSE,
                    Pattern.compile(
                            "\\b(something|anything|what|some others?) else\\b|\\bother (ones|films|movies)\\b"
                                    + "|\\bothers\\b|^(ok |and |some )*more( please| of (those|these|them))?$|\\bshow me more\\b"
                                    + "|\\banother( one)?\\b|\\bdifferent (ones?|films?|movies?)\\b|^next\\b"
                                    + "|\\bsurprise me\\b(?! with)|\\bnot (these|those)\\b|\\bmore like (that|this|these|those)\\b|\\bmore of the same\\b")),
            Map.entry(Act.NEWER, Pattern.compile("\\b(newer|more recent|more modern)\\b(?! than)")),
            Map.entry(Act.OLDER, Pattern.compile("\\bolder\\b(?! than)")),
            Map.entry(
                    Act.MEMORY,
                    Pattern.compile("\\b(what|tell me what|everything) (do |did |have |has )?(you|u|it) (have )?(know|"
                            + "known|remember|remembered|learn|learned|learnt|store|stored|saved?)\\b"
                            + "|\\b(show|list|see)( me)? (my|your|the) memor(y|ies)\\b")),
            Map.entry(
                    Act.FORGET_ALL,
                    Pattern.compile("^(please )?(forget|delete|erase) (everything|all)( (that )?you (know|remember))?"
                            + "( about me)?( please)?$")),
            Map.entry(
                    Act.FORGET,
                    Pattern.compile("^(please |can you |could you |ok |now |actually |no )*(forget (that|this|it|about|"
                            + "what|my|the|i|[a-z0-9]+)|(delete|remove|erase) (that|this|the last|my)( last)?"
                            + " ?(memor(y|ies))?$)")),
            Map.entry(Act.WHY, Pattern.compile("^(but |and |so )*why\\b|\\bexplain (your|these|this|that|the|why)\\b")),
            Map.entry(
                    Act.HELP,
                    Pattern.compile("\\b(what can you do|who are you|what are you|how do(es)? (this|you) work|how are"
                            + " you)\\b|^help$"))));

    private final Lexicon lexicon;

    /// With the words of a domain.
    public MessageReader(Lexicon lexicon) {
        this.lexicon = lexicon;
    }

    /// What the text says, in front of the catalog, where no list was shown before.
    public Reading read(String text, CatalogSnapshot catalog) {
        return read(text, catalog, List.of());
    }

    /// What the text says, in front of the catalog.
    ///
    /// @param shown the list before it, in its order, absent what is gone: `the second one` speaks of it
    public Reading read(String text, CatalogSnapshot catalog, List<Optional<Mention.Title>> shown) {
        List<Token> tokens = Folding.tokens(text);
        if (tokens.isEmpty()) {
            return new Reading(text, List.of(), List.of(), List.of(), List.of(), List.of(), "", List.of(), Set.of());
        }
        Spots spots = new Spots(tokens, catalog, shown);
        Clauses clauses = new Clauses(text, tokens, spots);
        ItemQuestions questions = new ItemQuestions(tokens, spots, clauses, lexicon);
        List<Claim> claims = new ClaimReader(text, tokens, spots, clauses, lexicon).read();
        List<Unknown> unknown = new ArrayList<>(UnknownReader.read(text, tokens, spots, clauses, catalog));
        List<Claim> known = new ArrayList<>();
        for (Claim claim : claims) {
            boolean missing = claim.mention() instanceof Mention.Category category && !category.inCatalog();
            if (missing && claim.stance() == Stance.WANTED) {
                unknown.add(new Unknown("categories", claim.mention().label()));
            } else {
                known.add(claim);
            }
        }
        List<Era> eras = EraReader.read(
                tokens,
                spots,
                clauses,
                new EraReader.Lately(catalog.newestYear(), lexicon.pack().nouns()));
        if (!eras.isEmpty() && catalog.newestYear() == null) {
            unknown.add(new Unknown("years", "years"));
            eras = List.of();
        }
        List<AmountWish> amounts = AmountReader.read(text, tokens, spots, lexicon.pack());
        amounts.stream()
                .map(AmountWish::amount)
                .filter(amount -> !catalog.counts(amount))
                .map(Amount::label)
                .distinct()
                .forEach(label -> unknown.add(new Unknown(label, label)));
        amounts.removeIf(wish -> !catalog.counts(wish.amount()));
        return new Reading(
                text,
                known,
                eras,
                amounts,
                moods(tokens, spots, clauses, catalog),
                unknown,
                Rest.of(tokens, spots, unknown, catalog),
                questions.about(),
                acts(text, tokens, clauses, questions));
    }

    // Where a clause wishes for something: "it was darker outside" does not.
    private static List<DomainPack.Facet> moods(
            List<Token> tokens, Spots spots, Clauses clauses, CatalogSnapshot catalog) {
        List<DomainPack.Facet> moods = new ArrayList<>();
        for (Clauses.Clause clause : clauses.all()) {
            for (int i = clause.from(); i < clause.to(); i++) {
                Spots.Spot spot = spots.at(i);
                DomainPack.Facet facet = spot == null ? null : spot.facet();
                if (facet != null
                        && facet.mood()
                        && !moods.contains(facet)
                        && UnknownReader.wishful(tokens, clause, catalog)) {
                    moods.add(facet);
                }
            }
        }
        return moods;
    }

    private Set<Act> acts(String text, List<Token> tokens, Clauses clauses, ItemQuestions questions) {
        Set<Act> acts = EnumSet.noneOf(Act.class);
        String phrase = PhraseTable.join(tokens, 0, tokens.size());
        ACTS.forEach((act, pattern) -> {
            if (pattern.matcher(phrase).find()) {
                acts.add(act);
            }
        });
        if (questions.asks()) {
            acts.add(Act.ABOUT);
        }
        if (InjectionGate.found(text)) {
            acts.add(Act.INJECTION);
        }
        boolean wish = tokens.stream()
                .map(Token::word)
                .anyMatch(word -> Cues.WISH.contains(word)
                        || Cues.OPEN_WISH.contains(word) && !word.equals("how") && !word.equals("please")
                        || word.equals("surprise")
                        || lexicon.pack().nouns().contains(word));
        boolean asks = clauses.all().stream()
                .anyMatch(clause -> clause.question()
                        || Cues.QUESTION.contains(tokens.get(clause.from()).word()));
        if (wish) {
            acts.add(Act.WISH);
        } else if (asks) {
            acts.add(Act.QUESTION);
        }
        return acts;
    }
}
