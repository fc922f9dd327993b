package dev.palate.agent.domain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.json.JsonMapper;

/// A rule is what it says, and what it cannot be is answered with where and what is allowed.
class DomainRuleTest {
    private static final DomainRule.Kind USER = DomainRule.Kind.USER;
    private static final DomainRule.Kind ITEM = DomainRule.Kind.ITEM;

    private static DomainRule rule(String json) {
        return DomainRule.read(JsonMapper.shared().readTree(json));
    }

    private static DomainRule shipped(DomainPack pack, String name) {
        return pack.rules().stream()
                .filter(rule -> rule.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void theScoreIsTheEdgeTimesItsTerms() {
        DomainRule rule = rule("""
                {"name": "r", "terms": [
                  {"of": "user", "when": [{"feature": "co", "above": 2}, {"feature": "meta", "above": 0.5}], "multiply": 2},
                  {"grow": "mem", "by": 1.5},
                  {"when": [{"feature": "days", "at_most": 1000}], "decay": 0.01, "after": 30}]}
                """);
        assertThat(rule.score(new Likeness(USER, 0.5, 0.6, 0.4, 3, 30))).isEqualTo(0.5 * 2 * 1.6);
        assertThat(rule.score(new Likeness(USER, 0.5, 0.6, 0.4, 2, 130)))
                .isCloseTo(0.5 * 1.6 * Math.exp(-1), within(1e-12));
        assertThat(rule.score(new Likeness(ITEM, 0.5, 0.6, 0, 3, 1_001))).isEqualTo(0.5);
        assertThat(rule.score(new Likeness(ITEM, 0, 1, 1, 3, 0))).isZero();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            quoteCharacter = '|',
            value = {
                "[];;must be an object",
                "{\"terms\": []};/name;must be a text",
                "{\"name\": \"A b\", \"terms\": []};/name;must match",
                "{\"name\": \"r\", \"terms\": [], \"run\": \"rm\"};/run;allowed are [name, terms]",
                "{\"name\": \"r\", \"terms\": 3};/terms;list of at most 8",
                "{\"name\": \"r\", \"terms\": [{}]};/terms/0;one of multiply, grow and decay, had []",
                "{\"name\": \"r\", \"terms\": [{\"multiply\": 2, \"grow\": \"mem\", \"by\": 1}]};/terms/0;had [multiply, grow]",
                "{\"name\": \"r\", \"terms\": [{\"multiply\": 7}]};/terms/0/multiply;must be 0.1 to 5.0, was 7.0",
                "{\"name\": \"r\", \"terms\": [{\"multiply\": -1}]};/terms/0/multiply;must be 0.1 to 5.0, was -1.0",
                "{\"name\": \"r\", \"terms\": [{\"multiply\": \"x\"}]};/terms/0/multiply;must be a number",
                "{\"name\": \"r\", \"terms\": [{\"multiply\": 1, \"by\": 1}]};/terms/0/by;is unknown",
                "{\"name\": \"r\", \"terms\": [{\"of\": \"cat\", \"multiply\": 1}]};/terms/0/of;one of [user, item], was 'cat'",
                "{\"name\": \"r\", \"terms\": [{\"grow\": \"co\", \"by\": 1}]};/terms/0/grow;must be edge, meta or mem",
                "{\"name\": \"r\", \"terms\": [{\"grow\": \"age\", \"by\": 1}]};/terms/0/grow;one of [edge, meta, mem, co, days]",
                "{\"name\": \"r\", \"terms\": [{\"decay\": 0.06, \"after\": 3}]};/terms/0/decay;must be 0.0 to 0.05",
                "{\"name\": \"r\", \"terms\": [{\"decay\": 0.01, \"after\": 9999}]};/terms/0/after;must be 0.0 to 3650.0",
                "{\"name\": \"r\", \"terms\": [{\"decay\": 0.01}]};/terms/0/after;must be a number",
                "{\"name\": \"r\", \"terms\": [{\"multiply\": 1}, {\"when\": [{\"feature\": \"meta\", \"above\": 2}], \"multiply\": 1}]};/terms/1/when/0;must be 0.0 to 1.0, was 2.0",
                "{\"name\": \"r\", \"terms\": [{\"when\": [{\"feature\": \"meta\"}], \"multiply\": 1}]};/terms/0/when/0;one of above and at_most",
                "{\"name\": \"r\", \"terms\": [{\"when\": {}, \"multiply\": 1}]};/terms/0/when;list of at most 3"
            })
    void whatCannotBeSaysWhere(String json, String pointer, String allowed) {
        BadRuleException bad = catchThrowableOfType(BadRuleException.class, () -> rule(json));
        assertThat(bad.pointer()).isEqualTo(pointer == null ? "" : pointer);
        assertThat(bad).hasMessageContaining(allowed);
    }

    @Test
    void tooManyTermsAreRefused() {
        DomainRule.Term term = new DomainRule.Multiply(null, List.of(), 1);
        assertThatThrownBy(() -> new DomainRule("r", java.util.Collections.nCopies(9, term)))
                .hasMessageContaining("at most 8 terms, had 9");
        DomainRule.Condition condition = new DomainRule.Condition(DomainRule.Feature.META, true, 0.5);
        assertThatThrownBy(() -> new DomainRule(
                        "r", List.of(new DomainRule.Multiply(null, java.util.Collections.nCopies(4, condition), 1))))
                .hasMessageContaining("/terms/0/when");
        assertThatThrownBy(() -> new DomainRule("r", List.of(new DomainRule.Multiply(null, List.of(), Double.NaN))))
                .hasMessageContaining("NaN");
    }

    /// Written and read again it is the same rule, of the same version; another is of another.
    @Test
    void theShippedRulesAreReadBackTheSame() {
        for (DomainPack pack : List.of(DomainPackFile.films(), DomainPackFile.shop())) {
            assertThat(pack.rules()).extracting(DomainRule::name).contains("steady", "fresh", "close", "even");
            for (DomainRule rule : pack.rules()) {
                DomainRule again = rule(rule.form().toString());
                assertThat(again).isEqualTo(rule);
                assertThat(again.version()).isEqualTo(rule.version()).startsWith(rule.name() + "@");
            }
            assertThat(pack.rules().stream().map(DomainRule::version).distinct())
                    .hasSize(4);
        }
        assertThat(DomainPackFile.films().rule().name()).isEqualTo("steady");
        assertThat(DomainPackFile.shop().rule().name()).isEqualTo("fresh");
    }

    /// The four of the films, by hand: steady keeps what shares much however old it is, fresh drops what is old, close
    /// wants the same themes, even sees the edge alone.
    @Test
    void theShippedRulesPreferWhatTheyAreFor() {
        DomainPack films = DomainPackFile.films();
        Likeness old = new Likeness(USER, 0.5, 0.5, 0.5, 12, 800);
        Likeness recent = new Likeness(USER, 0.4, 0.5, 0.5, 2, 10);
        Likeness same = new Likeness(ITEM, 0.4, 0.9, 0.5, 1, 400);
        Likeness other = new Likeness(ITEM, 0.5, 0.1, 0.5, 1, 400);
        Map<String, List<Double>> scores = films.rules().stream()
                .collect(java.util.stream.Collectors.toMap(
                        DomainRule::name,
                        rule -> Stream.of(old, recent, same, other)
                                .map(rule::score)
                                .toList()));
        assertThat(scores.getOrDefault("even", List.of())).containsExactly(0.5, 0.4, 0.4, 0.5);
        // .5 · 1.8 · 1.5 · 1.6; .4 · 1.6; .4 · 2 · 1.6 · e^−.07; .5 · 1.6 · e^−.07
        assertThat(scores.getOrDefault("steady", List.of()).get(0)).isCloseTo(2.16, within(1e-9));
        assertThat(scores.getOrDefault("steady", List.of()).get(1)).isCloseTo(0.64, within(1e-9));
        assertThat(scores.getOrDefault("steady", List.of()).get(2)).isCloseTo(1.28 * Math.exp(-0.07), within(1e-9));
        assertThat(scores.getOrDefault("steady", List.of()).get(3)).isCloseTo(0.8 * Math.exp(-0.07), within(1e-9));
        // .5 · 2 · 1.75 · e^−14.8 · .3; .4 · 2 · 1.75
        assertThat(scores.getOrDefault("fresh", List.of()).get(0)).isCloseTo(0.525 * Math.exp(-14.8), within(1e-12));
        assertThat(scores.getOrDefault("fresh", List.of()).get(1)).isCloseTo(1.4, within(1e-9));
        // .4 · 3 · 2.8 · 2; .5 · .3 · 1.2 · 2
        assertThat(scores.getOrDefault("close", List.of()).get(2)).isCloseTo(6.72, within(1e-9));
        assertThat(scores.getOrDefault("close", List.of()).get(3)).isCloseTo(0.36, within(1e-9));
        assertThat(shipped(DomainPackFile.shop(), "fresh").score(recent)).isCloseTo(1.4, within(1e-9));
    }

    /// Whatever a rule within the bounds is given, its score is a number and not negative.
    @Test
    void noScoreIsNegativeOrEndless() {
        SplittableRandom random = new SplittableRandom(5);
        for (int i = 0; i < 2_000; i++) {
            List<DomainRule.Term> terms = new java.util.ArrayList<>();
            for (int t = random.nextInt(9); t > 0; t--) {
                DomainRule.Feature feature = DomainRule.Feature.values()[random.nextInt(3)];
                List<DomainRule.Condition> when = random.nextBoolean()
                        ? List.of()
                        : List.of(new DomainRule.Condition(feature, random.nextBoolean(), random.nextDouble()));
                terms.add(
                        switch (random.nextInt(3)) {
                            case 0 -> new DomainRule.Multiply(null, when, 0.1 + random.nextDouble(4.9));
                            case 1 -> new DomainRule.Grow(USER, when, feature, 0.1 + random.nextDouble(4.9));
                            default -> new DomainRule.Decay(ITEM, when, random.nextDouble(0.05), random.nextInt(3_650));
                        });
            }
            Likeness likeness = new Likeness(
                    random.nextBoolean() ? USER : ITEM,
                    random.nextDouble(),
                    random.nextDouble(),
                    random.nextDouble(),
                    random.nextInt(1_000),
                    random.nextInt(100_000));
            assertThat(new DomainRule("r", terms).score(likeness)).isFinite().isNotNegative();
        }
    }
}
