package dev.palate.agent.llm;

final class ScriptedLangChainTest extends LangChainContract {
    private final ScriptedModel model =
            ScriptedModel.saying(ModelLevel.T2, "The sea is wide and it is blue. ".repeat(9));

    @Override
    protected LanguageModel model() {
        return model;
    }
}
