package dev.palate.agent.llm;

import dev.palate.agent.AgentException;
import dev.palate.prompts.RenderedPrompt;
import java.time.Duration;
import java.util.List;

/// A language model, asked in three ways: choose among names, fill a shape, say something. Thread-safe.
///
/// Every call ends by its deadline plus [#CANCEL_POLL]. Calls that cannot be served fail with an [AgentException]:
/// `MODEL_UNAVAILABLE` without a ready model, `MODEL_BUSY` when its queue is full, `MODEL_DEADLINE` when time ran
/// out
/// before there was an answer, `MODEL_CANCELLED` when the calling thread was interrupted (its flag stays set),
/// `MODEL_LOST` when the model's process or connection ended during the call, `MODEL_PROMPT_TOO_LONG` when the prompt
/// does not fit, `MODEL_BUDGET` when the day's budget does not allow the call. The caller then goes on without a model.
///
/// What comes back is text by a machine that may be wrong or hostile: parse it, check it, never trust it.
public interface LanguageModel extends AutoCloseable {
    /// Most options in one [#choose].
    int MAX_OPTIONS = 64;
    /// Longest option, in characters.
    int MAX_OPTION_CHARACTERS = 200;
    /// Longest time between a cancellation and the end of the call.
    Duration CANCEL_POLL = Duration.ofMillis(100);

    /// Which model this is.
    ModelId id();

    /// The level in force now: T0 while the model is not usable.
    ModelLevel level();

    /// What it is doing. Cheap.
    ModelState state();

    /// How often its process came to its end by itself or was ended for being stuck, so that another had to be started.
    default long restarts() {
        return 0;
    }

    /// Weighs options as continuations of the prompt. Costs one pass over the prompt and one over each option.
    ///
    /// @throws AgentException see the type
    /// @throws IllegalArgumentException for options that [Choice#checkOptions] refuses
    Choice choose(RenderedPrompt prompt, List<String> options, Deadline deadline);

    /// Asks for JSON of a shape. Adapters constrain the model where they can; the caller checks with
    /// [JsonShape#parse] all the same.
    ///
    /// @throws AgentException see the type
    Filled fill(RenderedPrompt prompt, JsonShape shape, FillLimits limits, Deadline deadline);

    /// Asks for words and streams them. When the deadline passes after words were handed over, the call returns
    /// what
    /// there is with [Reply.Finish#DEADLINE].
    ///
    /// @throws AgentException see the type; the sink may have had a part of the answer by then
    Reply say(RenderedPrompt prompt, SayLimits limits, Deadline deadline, TokenSink sink);

    /// Clears what the model keeps of prompts and answers of before; nothing for one that keeps none here.
    ///
    /// @param deadline until which it may try before it is made anew
    /// @throws AgentException when neither worked
    default ForgottenPrompts forget(Deadline deadline) {
        return ForgottenPrompts.NONE;
    }

    /// Ends the model's process and frees what it holds; idempotent. Calls under way fail with `MODEL_LOST`.
    @Override
    void close();
}
