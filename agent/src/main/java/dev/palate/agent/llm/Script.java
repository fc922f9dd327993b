package dev.palate.agent.llm;

import dev.palate.prompts.RenderedPrompt;
import java.util.Iterator;
import java.util.List;
import java.util.function.Function;

/// What a [ScriptedModel] answers. Called by many threads at once.
public interface Script {
    /// One thing that happens while an answer is written.
    sealed interface Step {
        /// A piece of text; counts as one token.
        ///
        /// @param text not empty
        record Piece(String text) implements Step {}

        /// Nothing more happens until the deadline.
        record Stall() implements Step {}

        /// The call fails.
        ///
        /// @param failure what is thrown
        record Fail(RuntimeException failure) implements Step {}
    }

    /// Log-likelihoods of the options; by default the first is the likeliest.
    default List<Double> weigh(RenderedPrompt prompt, List<String> options) {
        return options.stream().map(option -> -1.0 - options.indexOf(option)).toList();
    }

    /// The whole answer as one piece, or what happens instead; by default the smallest value of the shape.
    default Step fill(RenderedPrompt prompt, JsonShape shape) {
        return new Step.Piece(ScriptedModel.smallest(shape));
    }

    /// The steps of an answer in words; may be endless.
    Iterator<Step> say(RenderedPrompt prompt);

    /// Whether token limits are kept. Deadlines and the sink's wish to end are always kept: the adapter sees to
    /// that.
    default boolean keepsLimits() {
        return true;
    }

    /// A script that always says what the function makes of the prompt, word by word.
    static Script saying(Function<RenderedPrompt, String> words) {
        return prompt -> pieces(words.apply(prompt)).iterator();
    }

    /// Cuts a text into words, each with the blanks before it.
    static List<Step> pieces(String text) {
        return java.util.regex.Pattern.compile("\\s*\\S+|\\s+$")
                .matcher(text)
                .results()
                .map(match -> (Step) new Step.Piece(match.group()))
                .toList();
    }
}
