package dev.palate.prompts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

final class PromptLibraryTest {
    private static final PromptVersion TRY = new PromptVersion("try", 2);

    @Test
    void namesTheSlotsAndTheNearestForAnUnknownSlot() {
        var files = Map.of("prompts/try/v2/system.md", "s", "prompts/try/v2/user.md", "{itmes} {user}");
        assertThatThrownBy(() -> PromptLibrary.load(Map.of(TRY, Set.of("items", "user", "count")), files::get))
                .isInstanceOf(PromptException.class)
                .hasMessage(
                        "template try/v2 uses slot {itmes}; its prompt has [count, items, user]. Did you mean {items}?");
    }

    @Test
    void refusesSlotsThatTheTemplateDoesNotUse() {
        var files = Map.of("prompts/try/v2/system.md", "s", "prompts/try/v2/user.md", "{user}");
        assertThatThrownBy(() -> PromptLibrary.load(Map.of(TRY, Set.of("user", "count")), files::get))
                .hasMessage(
                        "template try/v2 does not use [count], which its prompt has; use each slot or take it out of"
                                + " the record");
    }

    @Test
    void keepsSlotsOutOfTheSystemText() {
        var files = Map.of("prompts/try/v2/system.md", "{user}", "prompts/try/v2/user.md", "{user}");
        assertThatThrownBy(() -> PromptLibrary.load(Map.of(TRY, Set.of("user")), files::get))
                .hasMessage("template try/v2 has a slot in system.md; slots are allowed in user.md only");
    }

    @Test
    void saysWhichFileIsMissing() {
        assertThatThrownBy(() -> PromptLibrary.load(Map.of(TRY, Set.of()), path -> null))
                .hasMessage("template try/v2 has no system.md; expected the resource prompts/try/v2/system.md");
        assertThatThrownBy(() -> PromptLibrary.load().system(TRY))
                .hasMessage("no template try/v2; there are [model-test/v1, rank-one/v1, rank/v1, rule/v1, self-test/v1,"
                        + " slots/v1, speak/v2, synthesis/v1]");
    }

    @Test
    void readsTheSchemaWhereThereIsOne() {
        var files = Map.of(
                "prompts/try/v2/system.md", "s", "prompts/try/v2/user.md", "u", "prompts/try/v2/schema.json", "{}");
        assertThat(PromptLibrary.load(Map.of(TRY, Set.of()), files::get).schema(TRY))
                .contains("{}");
        assertThat(PromptLibrary.load().schema(SpeakPrompt.VERSION)).isEmpty();
    }
}
