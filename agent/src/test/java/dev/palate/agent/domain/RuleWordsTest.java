package dev.palate.agent.domain;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import tools.jackson.databind.json.JsonMapper;

/// Each sort of term in one line.
class RuleWordsTest {
    @Test
    void eachSortOfTermIsSaidInOneLine() {
        DomainRule rule = DomainRule.read(JsonMapper.shared().readTree("""
                {"name": "r", "terms": [
                  {"of": "user", "when": [{"feature": "co", "above": 10}], "multiply": 1.8},
                  {"when": [{"feature": "meta", "above": 0.6}, {"feature": "days", "at_most": 30}], "multiply": 2},
                  {"grow": "mem", "by": 1.2},
                  {"of": "item", "decay": 0.0005, "after": 365}]}"""));
        assertThat(rule.terms().stream().map(RuleWords::of))
                .containsExactly(
                        "users with co above 10: times 1.8",
                        "all with meta above 0.6 and days at most 30: times 2",
                        "all: times 1 + 1.2 · mem",
                        "items: fading by 0.0005 a day after 365 days");
    }
}
