package dev.palate.memory.gate;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Texts that speak to the machine rather than of the person are not remembered: orders to ignore instructions, talk
/// of the system prompt, role markers, links. The whole source counts: who slips an order in beside a taste is not
/// believed about the taste.
public final class InjectionGate implements WriteGate {
    private static final Pattern ORDER =
            Pattern.compile("\\b((ignore|disregard|override|bypass)\\b.{0,40}|forget\\b.{0,20})"
                    + "\\b(instructions?|rules?|prompts?|guidelines?|filters?)\\b"
                    + "|\\b(system|developer|hidden) (prompt|mode)\\b"
                    + "|\\bremember that (the|your) (system|instructions?|rules?|prompt|assistant)\\b"
                    + "|\\byou are now\\b|\\bfrom now on you\\b|\\bact as (an?|the) \\b.{0,20}"
                    + "\\b(system|admin|administrator|developer|root)\\b"
                    + "|\\b(as|i am) the (operator|developer|administrator|owner) of\\b"
                    + "|\\b(always|only) recommend\\b|\\bjailbreak\\b|\\bset your policy\\b|\\bupdate your memory\\b"
                    + "|\\b(the|note to the) (assistant|recommender|model|system)\\b.{0,20}\\b(must|should|item|user)\\b"
                    + "|\\brank\\b.{0,40}\\bfirst\\b|\\bfirst (in|for|on) (every|all|each)\\b|\\bhighest score of all\\b"
                    + "|\\bthe user (loves|likes|hates|has seen|gave)\\b|\\bthis user gave\\b|\\bdrop table\\b");
    // The core of the same order in other languages: a verb of ignoring before a word for instructions.
    private static final Pattern ELSEWHERE =
            Pattern.compile("(?<!\\p{L})(ignor|missacht|vergiss|oublie|olvida|dimentica"
                    + "|negeer|vergeet|игнорир|забуд).{0,60}(anweisung|instruc|instruk|istruzion|consigne|regel|règle|regla|regole"
                    + "|instruct|инструкц|правил)|(忽略|无视|無視).{0,30}(指示|指令|说明|規則|规则)");
    private static final Pattern MARKER = Pattern.compile(
            "<\\|[^|]{0,40}\\|>|\\[/?INST\\]|<</?SYS>>|```\\s*system|#{1,4}\\s*(system|assistant)\\b"
                    + "|(^|[.!?\\n]\\s*)(system|assistant|developer)\\s*:|\"(role|tool|tool_calls?|arguments)\"\\s*:"
                    + "|</?data>|<script|<img|<iframe|javascript:|\\bon\\w{3,12}\\s*=|\\{\\{|\\$\\{",
            Pattern.CASE_INSENSITIVE);
    private static final Pattern ENCODED = Pattern.compile("[A-Za-z0-9+/]{24,}={0,2}");
    // Letters of other scripts, and digits, that stand for the Latin letter below them.
    private static final String LOOKALIKES = "аеорсухіјԁӏνοαε013457@$";
    private static final String MEANT = "aeopcyxijdlvoaeoieastas";
    private static final Pattern LINK =
            Pattern.compile("\\b[a-z][a-z0-9+.-]{1,15}://|\\bwww\\.[a-z0-9]", Pattern.CASE_INSENSITIVE);

    /// True when the text speaks to the machine, also in disguise: invisible characters, letters of other scripts or
    /// digits for letters, letters set apart, Base64.
    public static boolean found(String text) {
        if (MARKER.matcher(text).find() || orders(text) || orders(plain(text))) {
            return true;
        }
        Matcher encoded = ENCODED.matcher(text);
        while (encoded.find()) {
            if (orders(decoded(encoded.group()))) {
                return true;
            }
        }
        return false;
    }

    private static boolean orders(String text) {
        String words = Words.normal(text);
        return ORDER.matcher(words).find() || ELSEWHERE.matcher(words).find();
    }

    private static String plain(String text) {
        var plain = new StringBuilder();
        text.toLowerCase(Locale.ROOT).codePoints().forEach(point -> {
            int place = LOOKALIKES.indexOf(point);
            if (place >= 0) {
                plain.append(MEANT.charAt(place));
            } else if (Character.getType(point) != Character.FORMAT) {
                plain.appendCodePoint(point);
            }
        });
        return joined(plain.toString());
    }

    // "I g n o r e  a l l" reads as "ignore all": single letters join, wider gaps part.
    private static String joined(String text) {
        var joined = new StringBuilder();
        boolean single = false;
        for (String word : text.split(" ", -1)) {
            boolean letter = word.length() == 1 && Character.isLetter(word.charAt(0));
            if (!joined.isEmpty() && !(letter && single)) {
                joined.append(' ');
            }
            joined.append(word);
            single = letter;
        }
        return joined.toString();
    }

    private static String decoded(String text) {
        try {
            String padded = text.replaceAll("=+$", "");
            return new String(
                    Base64.getDecoder().decode(padded.substring(0, padded.length() / 4 * 4)), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            return "";
        }
    }

    @Override
    public Verdict check(Proposal proposal, GateContext context) {
        if (found(proposal.source()) || found(proposal.text())) {
            return new Verdict.Reject("injection");
        }
        if (LINK.matcher(proposal.quote()).find()
                || LINK.matcher(proposal.text()).find()) {
            return new Verdict.Reject("link");
        }
        return new Verdict.Accept();
    }
}
