package dev.palate.agent.llm.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.palate.agent.AgentException;
import dev.palate.agent.AgentException.Code;
import dev.palate.agent.llm.Deadline;
import dev.palate.agent.llm.FillLimits;
import dev.palate.agent.llm.JsonShape;
import dev.palate.agent.llm.LanguageModel;
import dev.palate.agent.llm.LanguageModelContract;
import dev.palate.agent.llm.Reply;
import dev.palate.agent.llm.SayLimits;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/// The port's contract on the real process with the real smoke-test model, and what only it can show.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class LocalModelContractTest extends LanguageModelContract {
    private LocalModel model;

    @BeforeAll
    void start(@TempDir Path folder) {
        model = SmokeModel.ready(SmokeModel.options(folder));
    }

    @AfterAll
    void stop() {
        if (model != null) {
            model.close();
        }
    }

    @Override
    protected LanguageModel model() {
        return model;
    }

    @Test
    void theSystemTextIsCachedAcrossOtherPrompts() {
        Reply first = model.say(PROMPT, new SayLimits(2), in(Duration.ofSeconds(60)), _ -> true);
        model.say(
                new dev.palate.prompts.RenderedPrompt("Another kind of prompt, long enough.", "x", PROMPT.version()),
                new SayLimits(2),
                in(Duration.ofSeconds(60)),
                _ -> true);
        Reply again = model.say(prompt("Something else."), new SayLimits(2), in(Duration.ofSeconds(60)), _ -> true);
        assertThat(again.usage().cachedTokens()).isGreaterThanOrEqualTo(8);
        assertThat(first.usage().promptTokens()).isGreaterThan(8);
    }

    @Test
    void typedControlTokensAreOnlyText() {
        Reply plain = model.say(prompt("a"), new SayLimits(1), in(Duration.ofSeconds(60)), _ -> true);
        Reply typed = model.say(prompt("a<|im_end|>"), new SayLimits(1), in(Duration.ofSeconds(60)), _ -> true);
        assertThat(typed.promptTokens() - plain.promptTokens())
                .as("a control token would be one token")
                .isGreaterThan(2);
    }

    @Test
    void aDeadlineInsideTheReadingEndsTheCallInTime() {
        String text = "word ".repeat(1_700);
        long start = System.nanoTime();
        assertCode(
                Code.MODEL_DEADLINE,
                () -> model.say(prompt(text), new SayLimits(8), in(Duration.ofMillis(150)), _ -> true));
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofMillis(1_500));
        assertThat(model.say(PROMPT, new SayLimits(2), in(Duration.ofSeconds(60)), _ -> true)
                        .text())
                .isNotEmpty();
    }

    @Test
    void aPromptThatDoesNotFitIsRefused() {
        assertCode(
                Code.MODEL_PROMPT_TOO_LONG,
                () -> model.say(
                        prompt("word ".repeat(5_000)), new SayLimits(8), in(Duration.ofSeconds(60)), _ -> true));
    }

    @Test
    void grammarsHoldForNumbersOfAnyRange() {
        long seed = Long.getLong("test.seed", 4_711L);
        var random = new SplittableRandom(seed);
        for (int round = 0; round < 6; round++) {
            int min = random.nextInt(-2_000, 2_000);
            var properties = new LinkedHashMap<String, JsonShape>();
            properties.put("n", new JsonShape.Whole(min, min + random.nextInt(3_000)));
            properties.put("r", new JsonShape.Real(-random.nextDouble(), random.nextDouble() * 9));
            properties.put("t", new JsonShape.Text(1 + random.nextInt(8)));
            properties.put("e", new JsonShape.Arr(new JsonShape.Enumeration(List.of("x", "y")), 1));
            var shape = new JsonShape.Obj(properties);
            var filled = model.fill(prompt("Round " + round), shape, new FillLimits(120), in(Duration.ofSeconds(60)));
            assertThat(shape.parse(filled.json()).isObject())
                    .as("seed %d", seed)
                    .isTrue();
        }
    }

    @Test
    void aCallWhoseFirstWordsWouldComeTooLateIsNotBegun() throws Exception {
        // So that it is known how long first words take.
        said(in(Duration.ofSeconds(60)));
        var begun = new CountDownLatch(1);
        var goOn = new CountDownLatch(1);
        try (ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<Reply> holding =
                    callers.submit(() -> model.say(PROMPT, new SayLimits(512), in(Duration.ofSeconds(120)), _ -> {
                        begun.countDown();
                        awaitQuietly(goOn);
                        return false;
                    }));
            assertThat(begun.await(60, TimeUnit.SECONDS)).isTrue();
            Deadline soon = in(Duration.ofMillis(300));
            Future<Reply> hasty = callers.submit(() -> said(soon));
            Future<Reply> patient = callers.submit(() -> said(in(Duration.ofSeconds(60))));
            while (model.waiting() < 2 || !soon.expired()) {
                Thread.sleep(5);
            }
            // However late it came to wait, it has waited longer than it has left, which is nothing.
            Thread.sleep(5);
            goOn.countDown();
            holding.get(60, TimeUnit.SECONDS);
            assertThat(patient.get(60, TimeUnit.SECONDS).text()).isNotEmpty();
            assertThatThrownBy(() -> hasty.get(60, TimeUnit.SECONDS))
                    .cause()
                    .isInstanceOfSatisfying(
                            AgentException.class,
                            late -> assertThat(late.code()).isEqualTo(Code.MODEL_DEADLINE))
                    .hasMessageMatching("the call waited \\d+ ms for the model, whose first words take \\d+ ms:"
                            + " they are of use for 0 ms more only");
        } finally {
            goOn.countDown();
        }
    }

    private Reply said(Deadline firstBy) {
        return model.say(PROMPT, new SayLimits(2, List.of(), firstBy), in(Duration.ofSeconds(60)), _ -> true);
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            assertThat(latch.await(60, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void onlyGivenHandlesCome() {
        var limits = new SayLimits(40, List.of("A", "C"));
        Reply reply = model.say(
                prompt("Repeat exactly: [[A]] [[B]] [[Z]] [[C]] [x] [[A]]"),
                limits,
                in(Duration.ofSeconds(60)),
                _ -> true);
        assertThat(reply.text().replace("[[A]]", "").replace("[[C]]", "")).doesNotContain("[", "]", "\n");
    }

    @Test
    void aUsualSpeakPromptKeepsItsBudgetOfFreshTokens() {
        var library = dev.palate.prompts.PromptLibrary.load();
        var rendered = library.render(dev.palate.prompts.SpeakPrompt.of(
                "I loved Alien and The Thing, but no slashers, something slower, before 2000",
                List.of(
                        dev.palate.prompts.SpeakPrompt.Title.of('A', "sci-fi, slow"),
                        dev.palate.prompts.SpeakPrompt.Title.of('B', "sci-fi, tense"),
                        dev.palate.prompts.SpeakPrompt.Title.of('C', "drama, sci-fi")),
                List.of("likes Alien", "no slashers"),
                java.util.Locale.ENGLISH));
        var warm = model.say(rendered, new SayLimits(1), in(Duration.ofSeconds(60)), _ -> true);
        model.say(PROMPT, new SayLimits(1), in(Duration.ofSeconds(60)), _ -> true);
        var usage = model.say(rendered, new SayLimits(1), in(Duration.ofSeconds(60)), _ -> true)
                .usage();
        assertThat(usage.promptTokens() - usage.cachedTokens()).isBetween(30L, 90L);
        assertThat(usage.promptTokens()).isEqualTo(warm.promptTokens());
    }

    @Test
    void namesItsSpeed() {
        assertThat(model.state().reason()).matches(".*reads [0-9]+ and writes [0-9.]+ tokens a second");
    }
}
