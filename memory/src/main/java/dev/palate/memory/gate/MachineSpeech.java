package dev.palate.memory.gate;

import java.util.List;
import java.util.regex.Pattern;

/// Tells speech to the machine from speech of a person's taste, by pairs of ideas that only meet in the first: doing
/// away with, and instructions; handing out, and what is kept; all users, and remembering; a place in every list; the
/// machine's own marks and fields. Words of normal form (lower case, no punctuation). Stateless.
final class MachineSpeech {
    /// How sure it is.
    enum Sureness {
        /// Nothing of the kind.
        NO,
        /// Talks of the machine's inner things, but orders nothing that is known.
        UNCLEAR,
        /// An order to the machine.
        ORDER
    }

    private static final String UNDO =
            "(ignor\\w*|disregard\\w*|overrid\\w+|bypass\\w*|forget|(eras|delet|drop|disabl|unlock|lift|remov|suspend"
                    + "|circumvent|evad|break|bend|clear|reset|wip|replac)\\w*|skip|(switch|turn)(ed)? off"
                    + "|stop (following|obeying|applying)|(do not|dont|never) (follow|obey|apply)|no longer appl\\w+)";
    private static final String BOUNDS = "(instructions?|prompts?|guidelines?|directions?|directives?|programming"
            + "|filters?|exclusions?|constraints?|restrictions?|gates?|(safety|security) \\w+|policy|policies|safeguards?"
            + "|(memory|data) ?(store|base)|memories|locked memory|(your|the|all|these|previous|earlier) rules(?! of)|rules (above|before|for me)"
            + "|rules? (you|that you) \\w+|(you were|you have been|was) told|developers told|system"
            + "|everything (you know|above|before|about))";
    private static final String ANYBODY = "((all|every|each|other|another) (the |other )?(users?|accounts?|customers?)"
            + "|(every|any|no)(one|body)(?! (in|of|i|at|from|around|knows) )|every other person|other people"
            + "|the (next|last|previous) (person|user|one)|globally|people ask|each visitor|(the )?user before)";
    private static final String USERS =
            "((all|every|each|other|another) (the |other )?(users?|accounts?|customers?|visitors?)"
                    + "|every other person|the (next|last|previous) (person|user)|globally|(the )?user before)";
    private static final String KEPT =
            "(instructions?|prompts?|guidelines|api keys?|secrets?|passwords?|context( window)?"
                    + "|(initial|first|hidden|original|system) (message|prompt|text|instructions?)|(user|stored) (data|memories)"
                    + "|memories of|stored about|conversations of|exact text you|you were given|words above|(parts|words|text) i cannot see|told you"
                    + "|other users|hidden items|rules you)";
    private static final String HAND_OUT =
            "(reveal|print|output|dump|repeat|quote|list|disclose|display|show( me)?|tell( me)?"
                    + "|summari[sz]e|hand over|encode|send|leak|expose|share|give me|what (is|are|were|did)|complete the sentence)";
    private static final String EVERYWHERE =
            "((every|each|all|any) (list|slate|query|conversation|future|answer|result|search"
                    + "|recommendation|lists|slates|queries|conversations|answers|results|others)|(the )?results"
                    + "|regardless|no matter|whatever (people|anyone|i|they)|any query|every (user|time i ask|request))";
    private static final String TOP =
            "(top|first|position (one|1)|rank (one|1)|number (one|1)|highest|best match|above all"
                    + "|over all|ahead of|up front|before anything)";

    private static final List<Sign> ORDERS = List.of(
            near(UNDO, BOUNDS, 45),
            near(HAND_OUT, KEPT, 60),
            near("(remember|store|save|note|write|record|memori[sz]e|insert)", ANYBODY, 50),
            near("(tell|show\\w*|see|answer|hate|love|prefer|recommend\\w*)", USERS, 50),
            words("(show|recommend|display|suggest) (\\w+ ){1,5}(to|for) (everyone|everybody|anyone|anybody|whoever)"
                    + "(?! (of|in|my|at) )"),
            near(TOP, EVERYWHERE, 60),
            near(
                    "(boost|raise|increase|lower|set|maximi[sz]e|change)",
                    "(score|scores|weight|weights|relevance|ranking|role|trust|temperature)",
                    40),
            near(
                    "(if|when|whenever|once|after|as soon as|next time)",
                    "(anyone asks|someone asks|this is stored|you (summari[sz]e|read|store)|it is read|list is made|word \\w+ appears|more messages)",
                    40),
            near("(obey|execute|comply|carry out)", "(instead|it|them|this|that|message|text|instructions?|then)", 40),
            near(
                    "(i am|this is|we are|as|trust me i|i) (your|the|an|a|wrote|made|built)( \\w+)? ?(developer|admin|administrator|operator|owner"
                            + "|creator|support|engineer|maintainer|code)",
                    "(of this|authori[sz]e\\w*|hereby|set|skip|grant|unlock|policy|gates|access|role|trust|without|service|reset)",
                    60),
            near(
                    "(assistants?|recommenders?|(recommendation|recommender) (engines?|systems?)|models?|bots?|ai)",
                    "(must|should|shall|have to|needs? to|without|no (rules|limits|restrictions))",
                    40),
            near(
                    "(answer|act|respond|behave|enter|switch to|activate)",
                    "(unrestricted|without (any )?(restrictions|rules|filters|limits|judging)"
                            + "|(developer|maintenance|debug|admin|god|unrestricted) mode|no (rules|restrictions)|(the )?(administrator|operator|admin))",
                    40),
            words(
                    "(system|developer|hidden) (prompt|mode)|system (notice|override|message)|prompt injection|jailbreak (mode|yourself)"
                            + "|this is a jailbreak|(new|real|actual|true) (instructions?|rule is|task|rules)|trust (level )?operator|operator trust"
                            + "|trusted user|you are (no longer|dan)|you are now (a|an|the|in|free|un\\w+|dan)|from now on you|(update|clear) your memory"
                            + "|set your policy|(always|only) recommend (?!me )\\w+ (in|to|for|by|whatever|regardless|at|and|as)|be that (recommender|assistant)"
                            + "|(assistant|recommender|operator|system) (has )?(approved|confirmed)|the user (loves|likes|hates|adores|has (seen|confirmed)|gave|before)"
                            + "|user (adores|loves|likes|hates) \\w+|this user (gave|has|is)|users? has seen|remember that (the|your) (system|instructions?|rules?|prompt|assistant)"
                            + "|(the|note to the) (assistant|recommender|model|system) (must|should|shall)|note to the (assistant|recommender|model)"
                            + "|(always|only|never) (recommend|put|rank|place|show) (\\w+ ){1,4}(whatever|to (anyone|all|everyone)|at position|first in|to people)"
                            + "|rank \\w+( \\w+)? first|highest score|recommend \\w+( \\w+)? (to|in) (every|all|everyone|anyone|whoever)"
                            + "|always recommend \\w+ whatever|tool (result|response|call)s?|drop table|act as (an?|the|if i were) .{0,20}(admin|administrator|developer|root|operator)"
                            + "|as the (operator|developer|administrator|owner) of this|(security|safety) (audit|checks)|(add|insert) .{1,30} (every|each) slate"
                            + "|(the )?(assistants?|recommenders?) reading this|do (as|like) the (robot|machine|computer)|what you were told"
                            + "|on behalf of|(recommendation engines|pick this (item|one))|pretend (that )?(the user|you)"));

    // The same pairs elsewhere, by stems; the verb comes first in some languages and last in others.
    private static final String UNDO_STEMS =
            "(ignor|missacht|vergiss|vergesst|umgeh|oubli|olvid|dimentic|negeer|vergeet|pomi[nń]"
                    + "|zapom|unohda|ohita|glöm|glem|esque[cç]|desconsider|yok say|unut|görmezden|игнор|забуд|ігнор|αγνο|αγνό|ξεχ|ξέχ"
                    + "|무시|잊|無視|忘れ|忽略|无视|忘记|忘掉|忘記|تجاهل|انس|अनदेखा|भूल|नज़रअंदाज़)";
    private static final String BOUNDS_STEMS =
            "(anweisung|vorgabe|instruc|instruk|instruç|istruzion|consigne|regel|règle|reglas?\\b|regole"
                    + "|regras?\\b|talimat|kural|polece|zasad|pokyn|pravid|ohje|sääntö|инструкц|правил|інструкц|οδηγ|κανόν|지시|규칙|指示|指令|说明|說明"
                    + "|規則|规则|ルール|تعليمات|قواعد|निर्देश|नियम|directives|was dir .{0,20}gesagt|ce qu.{0,6}on t.{0,3}a dit)";
    private static final List<Sign> ELSEWHERE = List.of(
            pair("(?<!\\p{L})z?" + UNDO_STEMS, BOUNDS_STEMS, 60),
            anywhere(
                    "system ?prompts?|systeemprompt|систем\\p{L}* (промпт|инструкц|сообщ)|mensaj\\p{L}* del? sistema|prompt d\\p{L}+ syst"
                            + "|message syst|messaggio di sistema|mensagem do sistema|系统提示|系統提示|システムプロンプト|시스템 프롬프트"),
            anywhere("(allen?|anderen?|jede[nrm]?) (be)?nutzern?|autres utilisateurs|tous les utilisateurs"
                    + "|(todos|otros|outros|demás) (os |los )?usu[aá]rios|(tutti gli|altri) utenti|(alle|andere) gebruikers"
                    + "|(wszyscy|wszystkich|innych) użytkow|(все[мх]?|други[ех]) пользовател|所有用户|其他用户|すべてのユーザー|全ユーザー"
                    + "|모든 사용자|جميع المستخدمين|tüm kullanıcı|alla användare|kaikki(en)? käyttäj"),
            anywhere(
                    "(chaque|toutes les) listes?|jede[rn]? liste|ogni lista|elke lijst|cada lista|todas las listas|каждо\\p{L}+ спис"
                            + "|jeder empfehlung|每个列表|排在第一|すべてのリスト"),
            pair(
                    "(?<!\\p{L})(immer|toujours|siempre|sempre|altijd|zawsze|всегда|永远|永遠|常に|항상|دائما|her zaman|alltid)",
                    "(an (die )?erste|ganz oben|auf platz|premi[eè]re? (place|position)|en t[eê]te|primer lugar|primeiro lugar|primo posto"
                            + "|op de eerste|первым|на первое|第一|最初に|맨 위|첫)",
                    40),
            pair(
                    "(assist\\p{L}+|ассистент\\p{L}*|助手|アシスタント)",
                    "((?<!\\p{L})(sans|ohne|sin|senza|sem|без|zonder|bez|utan) \\p{L}+|keine|aucune|ninguna|没有|没|なし)",
                    50));

    // Inner things of the machine, of which a person who speaks of films has no reason to speak at length.
    private static final Pattern INNER =
            any("instructions?|prompt|system|rules?|filters?|users?|operator|admin|administrator"
                    + "|developers?|assistants?|recommender|recommend\\w*|model|memory|memories|stored|trust|score|rank\\w*|lists?|slates?"
                    + "|slot|database|server|gates?|constraints?|policy|token|key|context|message|conversations?|query|results?|items?"
                    + "|weight|code|robot|machine|unrestricted|account|profile|database|maintenance|override");
    private static final Pattern ADDRESSED =
            any("you|your|this|must|shall|hereby|whoever|anyone|everyone|everybody|anybody");
    private static final int UNCLEAR_FROM = 2;

    private MachineSpeech() {}

    /// One way to speak to the machine.
    ///
    /// @param needed each of which is found wherever the whole is: most texts lack one of them, and looking for
    ///     it takes a fraction of the time
    private record Sign(List<Pattern> needed, Pattern whole) {
        boolean in(String words) {
            for (Pattern one : needed) {
                if (!one.matcher(words).find()) {
                    return false;
                }
            }
            return whole.matcher(words).find();
        }
    }

    private static Pattern any(String expression) {
        return Pattern.compile("\\b(" + expression + ")\\b");
    }

    private static Sign words(String expression) {
        return new Sign(List.of(), any(expression));
    }

    private static Sign near(String one, String other, int characters) {
        String gap = "\\b.{0," + characters + "}\\b";
        return new Sign(
                List.of(any(one), any(other)),
                Pattern.compile("\\b" + one + gap + other + "\\b|\\b" + other + gap + one + "\\b"));
    }

    private static Sign pair(String one, String other, int characters) {
        String gap = ".{0," + characters + "}";
        return new Sign(
                List.of(Pattern.compile(one), Pattern.compile(other)),
                Pattern.compile(one + gap + other + "|" + other + gap + one));
    }

    private static Sign anywhere(String expression) {
        Pattern whole = Pattern.compile(
                "(?<!\\p{L})(" + expression + ")|[\\p{IsHan}\\p{IsHiragana}\\p{IsKatakana}\\p{IsHangul}](?=("
                        + expression + "))(?:" + expression + ")");
        return new Sign(List.of(), whole);
    }

    /// @param words as [Words#normal] gives them
    static Sureness of(String words) {
        if (matches(ORDERS, words) || matches(ELSEWHERE, words)) {
            return Sureness.ORDER;
        }
        long inner = INNER.matcher(words)
                .results()
                .map(match -> match.group())
                .distinct()
                .count();
        boolean addressed = ADDRESSED.matcher(words).find();
        return addressed && inner >= UNCLEAR_FROM ? Sureness.UNCLEAR : Sureness.NO;
    }

    private static boolean matches(List<Sign> signs, String words) {
        for (Sign sign : signs) {
            if (sign.in(words)) {
                return true;
            }
        }
        return false;
    }
}
