package dev.palate.prompts;

import java.text.Normalizer;
import java.util.regex.Pattern;

/// Text written by people, items or memories, made safe to stand inside a prompt; the only type by which free text
/// enters one. Line breaks and control characters become spaces, the role markers of chat templates, the data fence
/// and the brackets of handles are taken out, and the length is capped: a capped text ends in `…`.
///
/// @param text the cleaned text, one line, without leading or trailing blanks, may be empty
/// @param truncated whether characters were cut off to keep the cap
public record Quoted(String text, boolean truncated) {
    /// Longest text that any prompt may ask for, in UTF-16 characters.
    public static final int MAX_CHARACTERS = 4_000;

    private static final String CUT_MARK = "…";

    // What chat templates read as a change of speaker, in the families a user may configure.
    private static final Pattern MARKERS = Pattern.compile(
            "<\\s*\\|[^<>|]{0,40}\\|\\s*>|</?s>|\\[/?INST]|<</?SYS>>|<(start|end)_of_turn>"
                    + "|</?(system|assistant|user|tool_call|tool_response|data)>|```+|\\[{2,}|]{2,}|<\\||\\|>",
            Pattern.CASE_INSENSITIVE);
    private static final Pattern ROLE_LINE = Pattern.compile(
            "(^|\\s)#{0,6}\\s*(system|assistant|user|human|developer)\\s*:(?=\\s|$)", Pattern.CASE_INSENSITIVE);
    // Zero-width joiners stay: Indic and Persian words need them. Other invisible characters only hide text.
    private static final Pattern INVISIBLE =
            Pattern.compile("[\\p{Cc}\\p{Zl}\\p{Zp}\\s]+|[\\p{Cf}\\p{Co}\\p{Cn}&&[^\u200c\u200d]]|\\p{Cs}");

    /// @throws IllegalArgumentException for text that [#of] would change
    public Quoted {
        if (!text.equals(clean(text))) {
            throw new IllegalArgumentException("quoted text must come from Quoted.of(text, maxCharacters)");
        }
    }

    /// Cleans and caps a text.
    ///
    /// @param raw anything; lone surrogates are dropped
    /// @param maxCharacters cap of the result in UTF-16 characters cut mark included, 1 to [#MAX_CHARACTERS]
    /// @throws IllegalArgumentException for a cap outside that range
    public static Quoted of(String raw, int maxCharacters) {
        if (maxCharacters < 1 || maxCharacters > MAX_CHARACTERS) {
            throw new IllegalArgumentException(
                    "maxCharacters must be in [1, " + MAX_CHARACTERS + "], was " + maxCharacters);
        }
        // Work is bounded by the cap, not by what somebody pastes; cleaning never needs more than a few times the
        // cap.
        int bound = Math.min(raw.length(), 4 * MAX_CHARACTERS);
        String clean = clean(raw.substring(0, bound));
        boolean truncated = clean.length() > maxCharacters || bound < raw.length();
        return clean.length() <= maxCharacters
                ? new Quoted(clean, truncated)
                : new Quoted(cut(clean, maxCharacters), true);
    }

    private static String cut(String clean, int maxCharacters) {
        int end = maxCharacters - CUT_MARK.length();
        if (end > 0 && Character.isHighSurrogate(clean.charAt(end - 1))) {
            end--;
        }
        return clean.substring(0, end).strip() + CUT_MARK;
    }

    // Taking one marker out may join the halves of another, so it goes on until nothing changes; each round
    // shortens
    // the text, which bounds the loop.
    private static String clean(String raw) {
        String text = Normalizer.normalize(raw, Normalizer.Form.NFC);
        while (true) {
            String next = INVISIBLE.matcher(text).replaceAll(match -> blank(match.group()) ? " " : "");
            next = MARKERS.matcher(next).replaceAll("");
            next = ROLE_LINE.matcher(next).replaceAll("$1").strip();
            next = Normalizer.normalize(next, Normalizer.Form.NFC);
            if (next.equals(text)) {
                return text;
            }
            text = next;
        }
    }

    private static boolean blank(String run) {
        return run.codePoints().anyMatch(c -> Character.isWhitespace(c) || Character.isISOControl(c));
    }

    /// @throws IllegalArgumentException naming it when it is longer
    void requireCap(String what, int cap) {
        if (text.length() > cap) {
            throw new IllegalArgumentException(what + " must have at most " + cap + " characters, had " + text.length()
                    + "; cut it with Quoted.of(text, " + cap + ")");
        }
    }

    @Override
    public String toString() {
        return text;
    }
}
