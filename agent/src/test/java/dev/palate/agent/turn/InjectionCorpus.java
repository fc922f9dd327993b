package dev.palate.agent.turn;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Two hundred texts that speak to the machine, and texts of people that only look so.
///
/// Of both, those held out were not looked at while the gate was made.
final class InjectionCorpus {
    private static final JsonMapper MAPPER = JsonMapper.builder().build();

    private InjectionCorpus() {}

    /// One text.
    ///
    /// @param kind such as `ranking` or `disguise`; `harmless` for those that are
    /// @param wish what of it is a wish of the person's own, absent when nothing is
    record Case(
            String id,
            String kind,
            String language,
            boolean heldOut,
            String text,
            @Nullable String wish) {}

    static List<Case> hostile() {
        return read("texts.jsonl");
    }

    static List<Case> harmless() {
        return read("harmless.jsonl");
    }

    /// Of both kinds, written after the gate's first version. Their totals were seen before its last changes.
    static List<Case> later() {
        return read("later.jsonl");
    }

    private static List<Case> read(String file) {
        try (var in = Objects.requireNonNull(InjectionCorpus.class.getResourceAsStream("/injections/" + file))) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .map(line -> of(MAPPER.readTree(line)))
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Case of(JsonNode row) {
        return new Case(
                row.get("id").asString(),
                row.has("class") ? row.get("class").asString() : "harmless",
                row.get("language").asString(),
                row.get("held_out").asBoolean(),
                row.get("text").asString(),
                row.has("wish") ? row.get("wish").asString() : null);
    }
}
