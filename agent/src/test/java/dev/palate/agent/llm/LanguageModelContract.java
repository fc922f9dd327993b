package dev.palate.agent.llm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import dev.palate.agent.AgentException;
import dev.palate.agent.AgentException.Code;
import dev.palate.prompts.PromptVersion;
import dev.palate.prompts.RenderedPrompt;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/// What every model that is ready must keep, whatever it says. The answers' quality is no part of it.
public abstract class LanguageModelContract {
    protected static final RenderedPrompt PROMPT = prompt("Name a colour and then count to fifty.");
    private static final Duration LONG = Duration.ofSeconds(120);

    /// A ready model; the caller does not close it.
    protected abstract LanguageModel model();

    protected static RenderedPrompt prompt(String user) {
        return new RenderedPrompt("You are brief.", user, new PromptVersion("contract", 1));
    }

    protected static Deadline in(Duration timeout) {
        return Deadline.after(timeout, InstantSource.system());
    }

    @Test
    void saysWhatItIs() {
        LanguageModel model = model();
        assertThat(model.level()).isNotEqualTo(ModelLevel.T0);
        assertThat(model.state()).isInstanceOf(ModelState.Ready.class);
        assertThat(model.state().reason()).isNotBlank();
        assertThat(model.id().value()).isNotBlank();
    }

    @Test
    void weighsEveryOptionInOrderAndRepeatably() {
        var options = List.of("recommend", "explain", "forget what I said", "größer 😀");
        Choice first = model().choose(PROMPT, options, in(LONG));
        Choice second = model().choose(PROMPT, options, in(LONG));
        assertThat(first.scored()).extracting(Choice.Scored::option).containsExactlyElementsOf(options);
        for (int i = 0; i < options.size(); i++) {
            double a = first.scored().get(i).logLikelihood();
            assertThat(a).isNegative().isFinite();
            assertThat(second.scored().get(i).logLikelihood()).isCloseTo(a, org.assertj.core.data.Offset.offset(0.05));
        }
        assertThat(first.best()).isIn(options);
        assertThat(first.margin()).isNotNegative();
        assertThat(first.usage().promptTokens()).isPositive();
    }

    @Test
    void refusesBadOptions() {
        assertThatThrownBy(() -> model().choose(PROMPT, List.of(), in(LONG)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("options must be 1 to 64, were 0");
        assertThatThrownBy(() -> model().choose(PROMPT, List.of("a", "a"), in(LONG)))
                .hasMessage("option 'a' is there twice");
    }

    @Test
    void fillsTheShape() {
        var properties = new LinkedHashMap<String, JsonShape>();
        properties.put("mood", new JsonShape.Enumeration(List.of("calm \"quoted\"", "tense", "ängstlich")));
        properties.put("count", new JsonShape.Whole(-3, 120));
        properties.put("genres", new JsonShape.Arr(new JsonShape.Enumeration(List.of("horror", "comedy")), 2));
        properties.put("era", new JsonShape.Text(20));
        properties.put("weight", new JsonShape.Real(0, 1));
        properties.put("strict", new JsonShape.Truth());
        var shape = new JsonShape.Obj(properties);
        Filled filled = model().fill(PROMPT, shape, new FillLimits(200), in(LONG));
        var node = shape.parse(filled.json());
        assertThat(node.propertyNames()).containsExactly("mood", "count", "genres", "era", "weight", "strict");
        assertThat(filled.usage().completionTokens()).isPositive();
    }

    @Test
    void handsOverWhatItReturns() {
        var pieces = new ArrayList<String>();
        Reply reply = model().say(PROMPT, new SayLimits(24), in(LONG), pieces::add);
        assertThat(String.join("", pieces)).isEqualTo(reply.text());
        assertThat(pieces).isNotEmpty().doesNotContain("");
        assertThat(reply.finish()).isIn(Reply.Finish.STOP, Reply.Finish.LENGTH);
        assertThat(reply.completionTokens()).isBetween(1L, 24L);
        assertThat(reply.promptTokens()).isPositive();
    }

    @Test
    void keepsTheTokenLimit() {
        Reply reply = model().say(PROMPT, new SayLimits(1), in(LONG), _ -> true);
        assertThat(reply.completionTokens()).isLessThanOrEqualTo(1);
        assertThat(reply.finish()).isEqualTo(Reply.Finish.LENGTH);
    }

    @Test
    void endsWhenTheSinkWantsNoMore() {
        var pieces = new ArrayList<String>();
        Reply reply = model().say(PROMPT, new SayLimits(64), in(LONG), piece -> {
            pieces.add(piece);
            return pieces.size() < 2;
        });
        assertThat(reply.finish()).isEqualTo(Reply.Finish.CANCELLED);
        assertThat(pieces).hasSize(2);
        assertThat(reply.text()).isEqualTo(String.join("", pieces));
    }

    @Test
    void refusesAPassedDeadlineAtOnce() {
        Deadline passed = in(Duration.ZERO);
        assertTimeoutPreemptively(Duration.ofSeconds(5), () -> {
            assertCode(Code.MODEL_DEADLINE, () -> model().say(PROMPT, new SayLimits(8), passed, _ -> true));
            assertCode(Code.MODEL_DEADLINE, () -> model().choose(PROMPT, List.of("a", "b"), passed));
            assertCode(
                    Code.MODEL_DEADLINE, () -> model().fill(PROMPT, new JsonShape.Truth(), new FillLimits(8), passed));
        });
    }

    @Test
    void interruptionEndsTheCall() throws InterruptedException {
        var started = new CountDownLatch(1);
        var seen = new AtomicReference<AgentException>();
        var flag = new AtomicReference<Boolean>(false);
        Thread caller = Thread.ofVirtual().start(() -> {
            seen.set(catchThrowableOfType(
                    AgentException.class,
                    () -> model().say(PROMPT, new SayLimits(512), in(LONG), _ -> {
                        started.countDown();
                        Thread.currentThread().interrupt();
                        return true;
                    })));
            flag.set(Thread.currentThread().isInterrupted());
        });
        assertThat(started.await(120, TimeUnit.SECONDS)).isTrue();
        assertThat(caller.join(Duration.ofSeconds(10))).isTrue();
        assertThat(seen.get().code()).isEqualTo(Code.MODEL_CANCELLED);
        assertThat(flag.get()).isTrue();
    }

    @Test
    void aFailingSinkEndsTheCallAndNotTheModel() {
        assertThatThrownBy(() -> model().say(PROMPT, new SayLimits(16), in(LONG), _ -> {
                    throw new IllegalStateException("sink is gone");
                }))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("sink is gone");
        assertThat(model().say(PROMPT, new SayLimits(4), in(LONG), _ -> true).text())
                .isNotEmpty();
    }

    @Test
    void manyCallersAreServedOrToldThatItIsBusy() throws InterruptedException {
        var outcomes = new ArrayList<String>();
        var threads = new ArrayList<Thread>();
        for (int i = 0; i < 6; i++) {
            threads.add(Thread.ofVirtual().start(() -> {
                String outcome;
                try {
                    outcome = model().say(PROMPT, new SayLimits(6), in(LONG), _ -> true)
                            .text();
                } catch (AgentException e) {
                    outcome = e.code() == Code.MODEL_BUSY ? "busy" : e.toString();
                }
                synchronized (outcomes) {
                    outcomes.add(outcome);
                }
            }));
        }
        for (Thread thread : threads) {
            assertThat(thread.join(LONG)).isTrue();
        }
        var answers =
                outcomes.stream().filter(o -> !o.equals("busy")).distinct().toList();
        assertThat(answers).as("greedy answers to one prompt are all the same").hasSize(1);
    }

    protected static void assertCode(Code code, org.assertj.core.api.ThrowableAssert.ThrowingCallable call) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        AgentException.class, e -> assertThat(e.code()).isEqualTo(code));
    }
}
