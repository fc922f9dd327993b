package dev.palate.agent.llm.hosted;

import dev.palate.agent.AgentException;
import dev.palate.agent.AgentException.Code;
import dev.palate.agent.llm.Deadline;
import dev.palate.agent.llm.Filled;
import dev.palate.agent.llm.JsonShape;
import dev.palate.agent.llm.ModelLevel;
import dev.palate.agent.llm.TokenLedger;
import dev.palate.prompts.ModelTestPrompt;
import dev.palate.prompts.PromptLibrary;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import tools.jackson.databind.JsonNode;

/// Thirty short cases that set a model's level: what a message wants, among names, and which genre it asks for. What
/// counts is whether answers keep the shape and whether they are right. Costs some 8,000 tokens. A test that was broken
/// off goes on with the case that it was broken off at, unless that was more than [#KEPT] ago, so that an endpoint that
/// allows few requests a minute or a day gets its level too. Used by one thread.
final class HostedSelfTest {
    /// How long answers of a test that was broken off count: longer than a day, so that a daily quota that is used
    /// up at once finds them at its next beginning, and the time until the next try besides.
    static final Duration KEPT = Duration.ofHours(25);
    private static final Duration EACH = Duration.ofSeconds(30);
    private static final int TOKENS = 64;
    private static final double STRONG_SHAPES = 0.95;
    private static final double STRONG_RIGHT = 0.85;
    private static final double FAIR_SHAPES = 0.8;
    private static final double FAIR_RIGHT = 0.6;

    private final HostedLevel.Asking asking;
    private final InstantSource clock;
    private final PromptLibrary prompts = PromptLibrary.load();
    private final List<Answered> answers = new ArrayList<>();
    private Instant last = Instant.EPOCH;

    private record Answered(boolean shaped, boolean right, long millis) {}

    HostedSelfTest(HostedLevel.Asking asking, InstantSource clock) {
        this.asking = asking;
        this.clock = clock;
    }

    /// What came of it.
    ///
    /// @param cases asked
    /// @param shaped answers of the shape that was asked for
    /// @param right of those, the ones with both values right
    /// @param medianMillis of a case
    record Outcome(int cases, int shaped, int right, long medianMillis) {
        /// T3 from 95 % and 85 % on, T2 from 80 % and 60 % on, else none.
        ModelLevel level() {
            double shapes = shaped / (double) cases;
            double rights = right / (double) cases;
            if (shapes >= STRONG_SHAPES && rights >= STRONG_RIGHT) {
                return ModelLevel.T3;
            }
            return shapes >= FAIR_SHAPES && rights >= FAIR_RIGHT ? ModelLevel.T2 : ModelLevel.T0;
        }

        @Override
        public String toString() {
            return String.format(
                    Locale.ROOT,
                    "%d of %d answers in shape, %d right, %d ms in the middle",
                    shaped,
                    cases,
                    right,
                    medianMillis);
        }
    }

    /// How many cases have an answer.
    int answered() {
        return answers.size();
    }

    /// Asks the cases that have no answer yet, one after the other.
    ///
    /// @throws AgentException when one could not be asked; the answers to those before are kept
    Outcome run() {
        if (last.plus(KEPT).isBefore(clock.instant())) {
            answers.clear();
        }
        var properties = new LinkedHashMap<String, JsonShape>();
        properties.put("intent", new JsonShape.Enumeration(ModelTestPrompt.INTENTS));
        properties.put("genre", new JsonShape.Enumeration(ModelTestPrompt.GENRES));
        var shape = new JsonShape.Obj(properties);
        while (answers.size() < ModelTestPrompt.CASES.size()) {
            answers.add(answered(ModelTestPrompt.CASES.get(answers.size()), shape));
            last = clock.instant();
        }
        List<Long> millis = answers.stream().map(Answered::millis).sorted().toList();
        return new Outcome(
                answers.size(),
                (int) answers.stream().filter(Answered::shaped).count(),
                (int) answers.stream().filter(Answered::right).count(),
                millis.get(millis.size() / 2));
    }

    private Answered answered(ModelTestPrompt.Case one, JsonShape.Obj shape) {
        long start = System.nanoTime();
        Filled filled = asking.ask(
                TokenLedger.Purpose.SELF_TEST,
                prompts.render(new ModelTestPrompt(one.message())),
                shape,
                TOKENS,
                Deadline.after(EACH, clock));
        long millis = (System.nanoTime() - start) / 1_000_000;
        try {
            JsonNode answer = shape.parse(filled.json());
            boolean right = answer.path("intent").stringValue().equals(one.intent())
                    && answer.path("genre").stringValue().equals(one.genre());
            return new Answered(true, right, millis);
        } catch (AgentException e) {
            if (e.code() != Code.MODEL_OUTPUT) {
                throw e;
            }
            return new Answered(false, false, millis);
        }
    }
}
