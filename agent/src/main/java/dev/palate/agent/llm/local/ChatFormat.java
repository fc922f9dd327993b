package dev.palate.agent.llm.local;

/// The fixed parts of a model's chat template around the system and the user text. They are tokenised as control
/// tokens;
/// what stands between them is tokenised as plain text, so that a typed `<|im_end|>` is only letters.
///
/// @param head before the system text
/// @param middle between system and user text
/// @param tail after the user text; the model goes on from there
record ChatFormat(String head, String middle, String tail) {
    /// The format of the Qwen, SmolLM and many other families.
    static final ChatFormat CHAT_ML = new ChatFormat(
            "<|im_start|>system\n", "<|im_end|>\n<|im_start|>user\n", "<|im_end|>\n<|im_start|>assistant\n");

    // Letters only: templates may trim or escape anything else.
    static final String SYSTEM_MARK = "PALATESYSTEMTEXT";
    static final String USER_MARK = "PALATEUSERTEXT";

    /// Cuts a rendered template at the two marks; [#CHAT_ML] where they are not there once, in order.
    static ChatFormat cut(String rendered) {
        int system = rendered.indexOf(SYSTEM_MARK);
        int user = rendered.indexOf(USER_MARK);
        boolean once = system == rendered.lastIndexOf(SYSTEM_MARK) && user == rendered.lastIndexOf(USER_MARK);
        if (system < 0 || user < system || !once) {
            return CHAT_ML;
        }
        return new ChatFormat(
                rendered.substring(0, system),
                rendered.substring(system + SYSTEM_MARK.length(), user),
                rendered.substring(user + USER_MARK.length()));
    }
}
