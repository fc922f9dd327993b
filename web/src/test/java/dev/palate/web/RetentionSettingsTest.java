package dev.palate.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.palate.memory.erase.Kept;
import dev.palate.memory.erase.RetentionPolicy;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.core.env.MapPropertySource;
import org.springframework.core.env.StandardEnvironment;

/// `palate.retention.*` as people write it.
class RetentionSettingsTest {
    private static RetentionPolicy policy(Map<String, String> settings) {
        StandardEnvironment environment = new StandardEnvironment();
        Map<String, Object> named = new HashMap<>();
        settings.forEach((kind, age) -> named.put("palate.retention." + kind, age));
        environment.getPropertySources().addFirst(new MapPropertySource("test", named));
        return PalateProperties.of(environment).retention().policy();
    }

    /// What the start of a server says at its end.
    private static String refusal(String kind, String age) {
        try {
            policy(Map.of(kind, age));
            throw new AssertionError("accepted " + kind + "=" + age);
        } catch (RuntimeException e) {
            Throwable root = e;
            for (@Nullable Throwable cause = e; cause != null; cause = cause.getCause()) {
                if (String.valueOf(cause.getMessage()).contains("must be forever")) {
                    return Objects.requireNonNull(cause.getMessage());
                }
                root = cause;
            }
            throw new AssertionError("not said what is allowed: " + root, e);
        }
    }

    @Test
    void whatIsNotSetHasItsUsualAge() {
        RetentionPolicy policy = policy(Map.of());
        assertThat(policy).isEqualTo(RetentionPolicy.usual());
        assertThat(policy.age(Kept.CONVERSATIONS)).isEqualTo(Duration.ofDays(365));
        assertThat(policy.age(Kept.RECEIPTS)).isEqualTo(Duration.ofDays(1_095));
        assertThat(policy.age(Kept.PREFERENCES)).isZero();
    }

    /// Each key sets its own kind and no other: their order is that of the kinds.
    @ParameterizedTest
    @EnumSource
    void eachKindHasItsSetting(Kept kept) {
        RetentionPolicy policy = policy(Map.of(kept.key(), "77d"));
        for (Kept other : Kept.values()) {
            assertThat(policy.age(other))
                    .as(other.key())
                    .isEqualTo(other == kept ? Duration.ofDays(77) : other.usual());
        }
    }

    @ParameterizedTest
    @CsvSource({
        "90d, PT2160H",
        "12h, PT12H",
        "1m, PT1M",
        "60s, PT1M",
        "60000, PT1M",
        "36525d, PT876600H",
        "PT36H, PT36H",
        "0, PT0S",
        "0d, PT0S",
        "forever, PT0S",
        "' 30d ', PT720H",
    })
    void anAgeIsRead(String written, Duration age) {
        assertThat(policy(Map.of("slates", written)).age(Kept.SLATES)).isEqualTo(age);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "never",
                "ninety days",
                "90 days",
                "90x",
                "d",
                "1.5d",
                "P90",
                "Forever",
                "9223372036854775808d",
                "9223372036854775807d"
            })
    void whatIsNoAgeIsNamedWithTheAgesThereAre(String written) {
        assertThat(refusal("quarantined", written))
                .isEqualTo("palate.retention.quarantined must be forever, 0 or a time such as 90d, was " + written);
    }

    @Test
    void anEmptyAgeIsNone() {
        assertThat(refusal("slates", ""))
                .isEqualTo("palate.retention.slates must be forever, 0 or a time such as 90d, was ");
    }

    @ParameterizedTest
    @CsvSource({"59s, PT59S", "90, PT0.09S", "-5d, PT-120H", "36526d, PT876624H", "PT876601H, PT876601H"})
    void anAgeThatIsTooShortOrTooLongIsNamedWithTheBounds(String written, String seen) {
        assertThat(refusal("preferences", written))
                .isEqualTo("the longest age of preferences must be forever, or 1 minute to 100 years, was " + seen
                        + "; write it as 90d");
    }

    @Test
    void aKindThatDoesNotExistIsNamedWithTheNearest() {
        assertThatThrownBy(() -> policy(Map.of("slate", "90d")))
                .hasMessage("unknown setting palate.retention.slate; did you mean palate.retention.slates?");
    }
}
