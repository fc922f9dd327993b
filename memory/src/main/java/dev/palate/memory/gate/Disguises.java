package dev.palate.memory.gate;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.text.Normalizer;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// What a text may say to whoever reads it with other eyes: without invisible characters and marks, with the Latin
/// letters that look-alikes and digits stand for, with letters that were set apart joined, backwards, by ROT13, and
/// what
/// Base64, hexadecimal, percent and HTML escapes in it mean. Stateless; O(length) for each of about ten readings.
final class Disguises {
    private static final Pattern BASE64 = Pattern.compile("[A-Za-z0-9+/]{20,}={0,2}");
    // One class of letters: a repeated group would take a frame of the stack for every pair of a long message.
    private static final Pattern HEX = Pattern.compile("[0-9a-fA-F][0-9a-fA-F ]{18,}[0-9a-fA-F]");
    private static final Pattern PERCENT = Pattern.compile("%[0-9a-fA-F]{2}");
    private static final Pattern ENTITY = Pattern.compile("&#(x?)([0-9a-fA-F]{1,6});");
    private static final Pattern APART = Pattern.compile("(?<![\\p{L}])\\p{L}(?:[-._*~/|+]\\p{L}){2,}(?![\\p{L}])");
    // Letters of other scripts, and digits, that stand for the Latin letter below them.
    private static final String LOOKALIKES = "аеорсухіјԁӏνοαεικτυρ0134578@$!";
    private static final String MEANT = "aeopcyxijdlvoaeikturoieastbasi";

    private Disguises() {}

    /// The readings, as normalised words, the plain one first, each once.
    static Set<String> readings(String text) {
        Set<String> readings = new LinkedHashSet<>();
        readings.add(Words.normal(text));
        String bare = bare(text);
        readings.add(Words.normal(bare));
        readings.add(Words.normal(letters(bare)));
        readings.add(Words.normal(joined(bare)));
        readings.add(Words.normal(letters(joined(bare))));
        readings.add(Words.normal(new StringBuilder(bare).reverse().toString()));
        readings.add(Words.normal(rot13(bare)));
        decoded(text).forEach(inner -> readings.add(Words.normal(inner)));
        return readings;
    }

    // Without invisible characters and without marks on Latin letters.
    private static String bare(String text) {
        var bare = new StringBuilder();
        Normalizer.normalize(text, Normalizer.Form.NFKD).codePoints().forEach(point -> {
            int type = Character.getType(point);
            boolean mark = type == Character.NON_SPACING_MARK && point < 0x0370;
            if (type != Character.FORMAT && !mark) {
                bare.appendCodePoint(point);
            }
        });
        return Normalizer.normalize(bare, Normalizer.Form.NFC);
    }

    private static String letters(String text) {
        var letters = new StringBuilder();
        text.toLowerCase(Locale.ROOT).codePoints().forEach(point -> {
            int place = LOOKALIKES.indexOf(point);
            letters.appendCodePoint(place < 0 ? point : MEANT.charAt(place));
        });
        return letters.toString();
    }

    // "I g n o r e  a l l" and "i-g-n-o-r-e a.l.l" read as "ignore all": wider gaps part.
    private static String joined(String text) {
        String tight = APART.matcher(text).replaceAll(match -> match.group().replaceAll("[^\\p{L}]", ""));
        var joined = new StringBuilder();
        boolean single = false;
        for (String word : tight.split(" ", -1)) {
            boolean letter = word.length() == 1 && Character.isLetterOrDigit(word.charAt(0));
            if (!joined.isEmpty() && !(letter && single)) {
                joined.append(' ');
            }
            joined.append(word);
            single = letter;
        }
        return joined.toString();
    }

    private static String rot13(String text) {
        var turned = new StringBuilder();
        text.chars().forEach(c -> {
            boolean small = c >= 'a' && c <= 'z';
            boolean big = c >= 'A' && c <= 'Z';
            int first = small ? 'a' : 'A';
            turned.append((char) (small || big ? first + (c - first + 13) % 26 : c));
        });
        return turned.toString();
    }

    private static List<String> decoded(String text) {
        List<String> decoded = new ArrayList<>();
        for (Matcher base64 = BASE64.matcher(text); base64.find(); ) {
            decoded.add(base64(base64.group()));
        }
        for (Matcher hex = HEX.matcher(text); hex.find(); ) {
            String digits = hex.group().replace(" ", "");
            String pairs = digits.substring(0, digits.length() - digits.length() % 2);
            decoded.add(new String(HexFormat.of().parseHex(pairs), StandardCharsets.UTF_8));
        }
        if (PERCENT.matcher(text).find()) {
            decoded.add(percent(text));
        }
        if (ENTITY.matcher(text).find()) {
            decoded.add(ENTITY.matcher(text).replaceAll(Disguises::entity));
        }
        return decoded;
    }

    private static String base64(String text) {
        try {
            String padded = text.replaceAll("=+$", "");
            int whole = padded.length() % 4 == 1 ? padded.length() - 1 : padded.length();
            return new String(Base64.getDecoder().decode(padded.substring(0, whole)), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            return "";
        }
    }

    private static String percent(String text) {
        try {
            return URLDecoder.decode(text, StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            return "";
        }
    }

    private static String entity(java.util.regex.MatchResult match) {
        try {
            int point = Integer.parseInt(match.group(2), match.group(1).isEmpty() ? 10 : 16);
            return Character.isLetterOrDigit(point) ? Character.toString(point) : " ";
        } catch (IllegalArgumentException e) {
            return " ";
        }
    }
}
