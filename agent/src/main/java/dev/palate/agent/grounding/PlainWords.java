package dev.palate.agent.grounding;

import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/// Words that claim nothing of an item by themselves: grammar, and the few words by which a recommendation is put.
/// Every other word of a model must stand in what it was told, or it is a claim that nothing backs. Stateless.
final class PlainWords {
    // From this length on two words with the same beginning count as forms of one: romance, romantic.
    private static final int STEM = 5;

    private static final Set<String> WORDS = Set.of("""
            a about above across add added adding adds after again all along already also although an and another
            any anyone anything are around as ask asked asks at away back be because been before being best better between both
            bring bringing brings but by can choice choices choose classic close closer come comes common could
            decade definitely different do does each earlier early either element elements else enjoy evening enjoyable enjoyed even every exactly
            fan fans far feel few film films find first fit fits fitting follow followed following for fourth friend
            from fun full genre genres gives give go goes good great has have having here how i if in include included includes including instead into is it item
            items its join joins just keep keeps kind later latest least less let light like liked likes little
            look looking lot love loved loves made make makes many match matches matching maybe me mention
            mentioned might mind mix mixed mixes more most movie movies much my need new newer next nice now of off offer
            offers old older oldest on one ones only option options or other others our out over own pair pick
            picked picks piece please plus prefer preferred preference preferences product products recent
            recommend remember remembered right same say second set sets several share shares should show shows
            similar since slightly so some someone something sort start stay stays still such sure take takes
            taste tastes than that the their them then there these they thing things third this those though three
            time to together too touch try turn turns two under until up version very want wanted wants was
            way we well were what when where whereas which while who will wish with within work works would yet you
            your yours you'll you're you'd you've it's that's they're here's there's both's""".strip().split("\\s+", -1));

    private final Set<String> told = new HashSet<>();
    private final Set<String> stems = new HashSet<>();

    /// With the words of what the model was told.
    PlainWords(List<String> texts) {
        for (String text : texts) {
            for (String word : text.toLowerCase(Locale.ROOT).split("[^\\p{L}\\p{N}'-]+", -1)) {
                add(word);
                for (String part : word.split("-", -1)) {
                    add(part);
                }
            }
        }
    }

    private void add(String word) {
        if (!word.isEmpty()) {
            told.add(word);
            if (word.length() >= STEM) {
                stems.add(word.substring(0, STEM));
            }
        }
    }

    /// True when the word claims nothing, or nothing but what was told.
    boolean backs(String word) {
        String plain = word.toLowerCase(Locale.ROOT).replace('’', '\'');
        if (WORDS.contains(plain) || told.contains(plain)) {
            return true;
        }
        if (plain.endsWith("s") && told.contains(plain.substring(0, plain.length() - 1))
                || told.contains(plain + "s")) {
            return true;
        }
        if (plain.contains("-")) {
            return List.of(plain.split("-", -1)).stream().allMatch(part -> part.isEmpty() || backs(part));
        }
        return plain.length() >= STEM && stems.contains(plain.substring(0, STEM));
    }
}
