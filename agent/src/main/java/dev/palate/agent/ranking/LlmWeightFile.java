package dev.palate.agent.ranking;

import dev.palate.agent.AgentException;
import dev.palate.agent.AgentException.Code;
import dev.palate.agent.llm.ModelLevel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Fitted weights in a JSON file: an array of objects, one for each model, level and prompt. Stateless.
public final class LlmWeightFile {
    /// Its usual name in a data directory.
    public static final String NAME = "llm-weights.json";

    private static final long MAX_BYTES = 1 << 20;
    private static final int MAX_WEIGHTS = 1_000;

    private LlmWeightFile() {}

    /// The weights of a file; none when it is not there.
    ///
    /// @throws AgentException `BAD_FILE`, naming what is wrong
    public static List<LlmWeight> read(Path file) {
        if (!Files.exists(file)) {
            return List.of();
        }
        try {
            if (Files.size(file) > MAX_BYTES) {
                throw bad(file, "has more than " + MAX_BYTES + " bytes");
            }
            JsonNode all = JsonMapper.shared().readTree(Files.readString(file));
            if (!all.isArray() || all.size() > MAX_WEIGHTS) {
                throw bad(file, "must hold an array of at most " + MAX_WEIGHTS + " weights");
            }
            List<LlmWeight> weights = new ArrayList<>();
            for (JsonNode one : all) {
                weights.add(new LlmWeight(
                        one.path("model").asString(""),
                        ModelLevel.valueOf(one.path("level").asString("")),
                        one.path("prompt").asString(""),
                        one.path("lambda").asDouble(Double.NaN),
                        one.path("low").asDouble(Double.NaN),
                        one.path("high").asDouble(Double.NaN),
                        one.path("lists").asInt(0),
                        Instant.parse(one.path("fitted_at").asString(""))));
            }
            return weights;
        } catch (IOException | JacksonException | IllegalArgumentException | DateTimeException e) {
            throw bad(file, "is not as chat-evaluate --weights writes it: " + e.getMessage());
        }
    }

    /// Puts a weight into a file, in the place of the one of the same model, level and prompt; at once or not at all.
    public static void put(Path file, LlmWeight weight) {
        List<LlmWeight> all = new ArrayList<>(read(file));
        all.removeIf(old -> old.of(weight.model(), weight.level(), weight.prompt()));
        all.add(weight);
        List<Map<String, Object>> rows = all.stream().map(LlmWeightFile::row).toList();
        Path next = file.resolveSibling(file.getFileName() + ".next");
        try {
            Files.writeString(
                    next, JsonMapper.shared().writerWithDefaultPrettyPrinter().writeValueAsString(rows) + "\n");
            Files.move(next, file, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new AgentException(Code.BAD_FILE, "weights cannot be written to " + file + ": " + e.getMessage(), e);
        }
    }

    private static Map<String, Object> row(LlmWeight weight) {
        Map<String, Object> row = new LinkedHashMap<>();
        row.put("model", weight.model());
        row.put("level", weight.level().name());
        row.put("prompt", weight.prompt());
        row.put("lambda", weight.lambda());
        row.put("low", weight.low());
        row.put("high", weight.high());
        row.put("lists", weight.lists());
        row.put("fitted_at", weight.fittedAt().toString());
        return row;
    }

    private static AgentException bad(Path file, String what) {
        return new AgentException(
                Code.BAD_FILE, "the weights in " + file + " cannot be read: it " + what + "; remove it or fit again");
    }
}
