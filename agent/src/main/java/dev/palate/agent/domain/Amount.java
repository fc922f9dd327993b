package dev.palate.agent.domain;

import dev.palate.memory.Require;
import java.util.List;
import java.util.Locale;

/// A number that items have and people bound, such as the price.
///
/// @param attribute of the items that holds it
/// @param label how it is said in a sentence, such as `price`
/// @param unit how its values are written, such as `€`
/// @param units words and signs for the unit in a message
/// @param words that name it, such as `cost`
/// @param low words that ask for little of it, such as `cheap`
/// @param lower words that ask for less than what was shown, such as `cheaper`
/// @param high words that ask for much of it
/// @param higher words that ask for more than what was shown
public record Amount(
        String attribute,
        String label,
        String unit,
        List<String> units,
        List<String> words,
        List<String> low,
        List<String> lower,
        List<String> high,
        List<String> higher) {
    public Amount {
        Require.text("attribute of an amount", attribute, 1, 100);
        Require.text("label of " + attribute, label, 1, 100);
        Require.text("unit of " + attribute, unit, 1, 20);
        units = checked("units of " + attribute, units);
        words = checked("words of " + attribute, words);
        low = checked("low of " + attribute, low);
        lower = checked("lower of " + attribute, lower);
        high = checked("high of " + attribute, high);
        higher = checked("higher of " + attribute, higher);
    }

    /// A value with its unit: a sign stands before it, a word behind.
    public static String text(double value, String unit) {
        boolean whole = Math.abs(value - Math.rint(value)) < 1e-9;
        String number = whole ? String.format(Locale.ROOT, "%,.0f", value) : String.format(Locale.ROOT, "%,.2f", value);
        return Character.isLetter(unit.codePointAt(0)) ? number + " " + unit : unit + number;
    }

    private static List<String> checked(String what, List<String> words) {
        Require.range("number of " + what, words.size(), 0, DomainPack.MAX_WORDS);
        words.forEach(word -> Require.text(what, word, 1, 40));
        return List.copyOf(words);
    }
}
