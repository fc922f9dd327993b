package dev.palate.agent.collaborative;

import dev.palate.agent.llm.ModelLevel;
import dev.palate.memory.memory.Memory;
import dev.palate.prompts.PromptLibrary;
import dev.palate.prompts.RenderedPrompt;
import dev.palate.prompts.SynthesisPrompt;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.stream.IntStream;

/// Packs what facets are made of into a prompt that is never over its budget: first the themes, then of the memories
/// those that say most for their length. The packer cuts, not the model. Immutable.
///
/// @param prompt within the budget
/// @param texts the words behind each handle that an answer may name, memories and themes alike
public record SynthesisPack(SynthesisPrompt prompt, SequencedMap<String, String> texts) {
    // What 16 others with four long themes each could take otherwise.
    private static final double SHARE_OF_OTHERS = 0.5;

    private record Line(int place, double value) {}

    /// Tokens of a prompt for a model of this level, system text included.
    public static int budget(ModelLevel level) {
        return level.atLeast(ModelLevel.T3) ? 1_800 : 600;
    }

    /// How many tokens a text takes at most: one for three bytes, so that a Chinese sign is one.
    public static int tokens(String text) {
        return (text.getBytes(StandardCharsets.UTF_8).length + 2) / 3;
    }

    /// How many tokens a prompt takes at most.
    public static int tokens(RenderedPrompt prompt) {
        return tokens(prompt.system()) + tokens(prompt.user());
    }

    /// Within a budget; O(memories · log memories).
    ///
    /// @param budget in tokens; one too small for the frame of the prompt gives the frame
    public static SynthesisPack of(SynthesisInput input, int budget, PromptLibrary prompts) {
        int left = budget - tokens(prompts.render(new SynthesisPrompt(List.of(), List.of(), List.of())));
        SequencedMap<String, String> texts = new java.util.LinkedHashMap<>();
        List<SynthesisPrompt.Share> own = new ArrayList<>();
        for (Map.Entry<dev.palate.memory.theme.ThemeId, Double> entry :
                input.own().entrySet()) {
            String word = ThemeSpace.word(entry.getKey().value());
            int cost = tokens(word) + 2;
            if (own.size() < SynthesisPrompt.MAX_OWN && cost <= left / 4) {
                own.add(SynthesisPrompt.Share.of(word, entry.getValue()));
                texts.merge(Facet.SELF, word, (one, other) -> one + ", " + other);
                left -= cost;
            }
        }
        int ofOthers = (int) (left * SHARE_OF_OTHERS);
        List<SynthesisPrompt.Other> others = new ArrayList<>();
        for (Neighbourhood.Member member : input.neighbourhood().members()) {
            SynthesisPrompt.Other other = new SynthesisPrompt.Other(
                    member.handle(),
                    member.themes().stream()
                            .map(share -> SynthesisPrompt.Share.of(
                                    ThemeSpace.word(share.theme().value()), share.weight()))
                            .toList());
            int cost = tokens(other.line() + "\n") + 1;
            if (cost <= ofOthers) {
                others.add(other);
                texts.put(member.handle(), other.line());
                ofOthers -= cost;
                left -= cost;
            }
        }
        List<SynthesisPrompt.Told> told = told(input, left);
        told.forEach(memory -> texts.put(memory.handle(), memory.text().text()));
        return new SynthesisPack(new SynthesisPrompt(told, own, others), texts);
    }

    private static List<SynthesisPrompt.Told> told(SynthesisInput input, int budget) {
        List<Memory> memories = input.memories();
        // Newer first among equals.
        List<Line> lines = IntStream.range(0, memories.size())
                .map(i -> memories.size() - 1 - i)
                .mapToObj(place -> new Line(place, value(memories.get(place))))
                .sorted(Comparator.comparingDouble(line -> -line.value))
                .toList();
        List<SynthesisPrompt.Told> told = new ArrayList<>();
        int left = budget;
        for (Line line : lines) {
            if (told.size() == SynthesisPrompt.MAX_MEMORIES || left < 4) {
                break;
            }
            SynthesisPrompt.Told one = SynthesisPrompt.Told.of(
                    input.handle(line.place), memories.get(line.place).text());
            int cost = tokens(one.line() + "\n") + 1;
            if (cost <= left) {
                told.add(one);
                left -= cost;
            }
        }
        return told;
    }

    private static double value(Memory memory) {
        int length = Math.min(memory.text().length(), SynthesisPrompt.MEMORY_CHARACTERS);
        return memory.strength() * memory.confidence() / (8 + length);
    }
}
