package dev.palate.agent.turn;

import dev.palate.memory.trace.TraceStep;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// The steps of a trace as the user whose turn it was may see them: of other users that they were looked at and chosen,
/// and none of the numbers and themes of any one of them. Stateless.
public final class OwnSteps {
    private static final ObjectMapper JSON = new ObjectMapper();

    private OwnSteps() {}

    /// The step without what it tells of single other users.
    public static TraceStep of(TraceStep step) {
        if (!step.name().equals(StepForms.CURATE)) {
            return step;
        }
        JsonNode input = JSON.readTree(step.input());
        if (input.path("candidates") instanceof ArrayNode candidates) {
            for (JsonNode one : candidates) {
                if (one instanceof ArrayNode candidate && user(candidate.path(0))) {
                    JsonNode handle = candidate.get(0);
                    candidate.removeAll();
                    candidate.add(handle);
                }
            }
        }
        JsonNode output = JSON.readTree(step.output());
        for (JsonNode one : output.path("members")) {
            if (one instanceof ObjectNode member && user(member.path("handle"))) {
                member.retain("handle");
            }
        }
        return new TraceStep(
                step.name(), step.startMicros(), step.micros(), input.toString(), output.toString(), step.cut());
    }

    private static boolean user(JsonNode handle) {
        return handle.asString("").startsWith("U");
    }
}
