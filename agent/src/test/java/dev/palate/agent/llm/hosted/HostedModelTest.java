package dev.palate.agent.llm.hosted;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.palate.agent.AgentException;
import dev.palate.agent.AgentException.Code;
import dev.palate.agent.llm.Deadline;
import dev.palate.agent.llm.FillLimits;
import dev.palate.agent.llm.JsonShape;
import dev.palate.agent.llm.ModelLevel;
import dev.palate.agent.llm.ModelState;
import dev.palate.agent.llm.Reply;
import dev.palate.agent.llm.SayLimits;
import dev.palate.agent.llm.TokenLedger;
import dev.palate.agent.llm.TokenLedger.Purpose;
import dev.palate.agent.llm.Usage;
import dev.palate.prompts.PromptVersion;
import dev.palate.prompts.RenderedPrompt;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Against a real server that misbehaves: what the caller is told, how long it takes, what is booked, and what the
/// breaker makes of it.
@Timeout(300)
final class HostedModelTest {
    private static final RenderedPrompt PROMPT =
            new RenderedPrompt("You are brief.", "Name a colour.", new PromptVersion("speak", 2));
    private static final JsonShape.Obj SHAPE =
            JsonShape.object("mood", new JsonShape.Enumeration(List.of("calm", "tense")));
    private static final Usage READ = Requests.estimated(PROMPT, 0);

    private final ModelServer server = new ModelServer();
    private final AtomicReference<Instant> now = new AtomicReference<>(Instant.parse("2026-03-01T12:00:00Z"));
    private final List<HostedModel> open = new ArrayList<>();

    @AfterEach
    void end() {
        open.forEach(HostedModel::close);
        server.close();
    }

    private HostedSettings settings(String provider) {
        return HostedFixture.settings(provider, server.url(provider));
    }

    private HostedModel model(HostedSettings settings) {
        HostedModel model = HostedFixture.start(settings, now::get);
        open.add(model);
        return model;
    }

    /// Real time, so that a clock that stands still does not stretch a deadline.
    private static Deadline in(Duration timeout) {
        return Deadline.after(timeout, InstantSource.system());
    }

    private static AgentException refusal(Code code, org.assertj.core.api.ThrowableAssert.ThrowingCallable call) {
        AgentException thrown = catchThrowableOfType(AgentException.class, call);
        assertThat(thrown).isNotNull();
        assertThat(thrown.code()).as(thrown.getMessage()).isEqualTo(code);
        return thrown;
    }

    private static Reply say(HostedModel model, List<String> pieces) {
        return model.say(PROMPT, new SayLimits(60), in(Duration.ofSeconds(60)), pieces::add);
    }

    private static TokenLedger.Entry booked(HostedModel model, Purpose purpose) {
        return model.status().today().entries().getOrDefault(purpose, TokenLedger.Entry.NONE);
    }

    private static void await(BooleanSupplier holds) {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(90);
        while (!holds.getAsBoolean()) {
            assertThat(System.nanoTime()).as("it came in time").isLessThan(end);
            LockSupport.parkNanos(1_000_000);
        }
    }

    @Test
    void tokensAreBookedByPurposeAndPaidFor() {
        HostedModel model = model(settings("openai"));
        Reply reply = say(model, new ArrayList<>());
        assertThat(reply.finish()).isEqualTo(Reply.Finish.STOP);
        assertThat(booked(model, Purpose.SPEAK))
                .isEqualTo(new TokenLedger.Entry(1, 0, new Usage(30, 0, 12), 2 * 30 + 8 * 12));
        model.fill(PROMPT, SHAPE, new FillLimits(50), in(Duration.ofSeconds(60)));
        assertThat(booked(model, Purpose.UNDERSTAND).usage()).isEqualTo(new Usage(40, 0, 20));
        assertThat(server.keys()).containsOnly("Bearer sk-very-secret-123");
        assertThat(server.requests().getFirst().path("max_tokens").asInt()).isEqualTo(60);
        assertThat(server.requests()
                        .get(1)
                        .path("response_format")
                        .path("json_schema")
                        .path("schema")
                        .path("properties")
                        .path("mood")
                        .path("enum")
                        .toString())
                .isEqualTo("[\"calm\",\"tense\"]");
    }

    @ParameterizedTest
    @ValueSource(strings = {"openai", "ollama"})
    void slowness(String provider) {
        HostedModel model = model(HostedFixture.with(
                settings(provider),
                new HostedSettings.Times(Duration.ofSeconds(2), Duration.ofMillis(300), Duration.ofSeconds(10))));
        server.then(ModelServer.slow(40_000));
        long start = System.nanoTime();
        AgentException told = refusal(Code.MODEL_DEADLINE, () -> say(model, new ArrayList<>()));
        assertThat(System.nanoTime() - start).isLessThan(TimeUnit.SECONDS.toNanos(20));
        assertThat(told).hasMessageContaining("gave no word within 300 ms");
        assertThat(model.status().failures()).isEqualTo(1);
        assertThat(model.status().counts().failed()).containsEntry("late", 1L);
        assertThat(booked(model, Purpose.SPEAK).usage())
                .as("the prompt was probably read")
                .isEqualTo(READ);
        assertThat(model.status().problem().orElseThrow().message()).contains("gave no word within 300 ms");
    }

    @ParameterizedTest
    @ValueSource(strings = {"openai", "ollama"})
    void aStreamCutInTheMiddle(String provider) {
        HostedModel model = model(settings(provider));
        for (ModelServer.Behaviour cut : List.of(ModelServer.cut(), ModelServer.unfinished())) {
            server.then(cut);
            var pieces = new ArrayList<String>();
            AgentException told = refusal(Code.MODEL_LOST, () -> say(model, pieces));
            assertThat(told).hasMessageContaining("ended ");
            assertThat(pieces).containsExactly("Well, [[A]] is");
        }
        assertThat(server.requests())
                .as("nothing is tried again once words came")
                .hasSize(2);
        assertThat(model.status().failures()).isEqualTo(2);
        assertThat(model.status().breaker()).isEqualTo(CircuitBreaker.State.CLOSED);
        Usage one = Requests.estimated(PROMPT, "Well, [[A]] is".length());
        assertThat(booked(model, Purpose.SPEAK))
                .isEqualTo(new TokenLedger.Entry(2, 0, one.plus(one), 2 * HostedFixture.PRICES.micros(one)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"openai", "ollama"})
    void malformedAnswers(String provider) {
        HostedModel model = model(settings(provider));
        server.then(ModelServer.malformed(), ModelServer.malformed());
        AgentException said = refusal(Code.MODEL_OUTPUT, () -> say(model, new ArrayList<>()));
        AgentException filled = refusal(
                Code.MODEL_OUTPUT, () -> model.fill(PROMPT, SHAPE, new FillLimits(50), in(Duration.ofSeconds(60))));
        assertThat(said).hasMessageContaining("answered what its protocol does not allow");
        assertThat(filled).hasMessageContaining("answered what its protocol does not allow");
        assertThat(model.status().counts().failed()).containsEntry("malformed", 2L);
        assertThat(server.requests()).as("it is not tried again").hasSize(2);
        assertThat(booked(model, Purpose.UNDERSTAND).usage().promptTokens()).isEqualTo(READ.promptTokens());
    }

    @Test
    void retryAfterIsWaitedForWhenItIsShort() {
        HostedModel model = model(settings("openai"));
        server.then(ModelServer.status(429, "1"));
        long start = System.nanoTime();
        assertThat(say(model, new ArrayList<>()).finish()).isEqualTo(Reply.Finish.STOP);
        assertThat(System.nanoTime() - start).isGreaterThanOrEqualTo(TimeUnit.SECONDS.toNanos(1));
        assertThat(model.status().counts().retries()).isEqualTo(1);
        assertThat(booked(model, Purpose.SPEAK).usage())
                .as("what was refused costs nothing")
                .isEqualTo(new Usage(30, 0, 12));
    }

    @Test
    void aLongRetryAfterHoldsAllCallsUntilThen() {
        HostedModel model = model(settings("openai"));
        server.then(ModelServer.status(429, "1800"));
        AgentException told = refusal(Code.MODEL_BUSY, () -> say(model, new ArrayList<>()));
        assertThat(told)
                .hasMessageContaining("answered 429")
                .hasMessageContaining("asks to be left alone for 1800 s")
                .hasMessageNotContaining("secret words");
        assertThat(model.level()).isEqualTo(ModelLevel.T0);
        assertThat(model.state()).isInstanceOf(ModelState.Paused.class);
        refusal(Code.MODEL_UNAVAILABLE, () -> say(model, new ArrayList<>()));
        assertThat(server.requests()).hasSize(1);
        assertThat(booked(model, Purpose.SPEAK)).isEqualTo(new TokenLedger.Entry(2, 0, Usage.NONE, 0));
        now.updateAndGet(at -> at.plusSeconds(1_801));
        assertThat(model.level()).isEqualTo(ModelLevel.T3);
        assertThat(say(model, new ArrayList<>()).finish()).isEqualTo(Reply.Finish.STOP);
        assertThat(model.status().breaker()).isEqualTo(CircuitBreaker.State.CLOSED);
    }

    @Test
    void serverErrorsAreTriedAgainAndThenOpenTheBreaker() {
        HostedModel model = model(settings("openai"));
        server.then(ModelServer.status(500, null), ModelServer.status(503, null));
        assertThat(say(model, new ArrayList<>()).finish())
                .as("the third try succeeds")
                .isEqualTo(Reply.Finish.STOP);
        server.always(ModelServer.status(500, null));
        AgentException told = refusal(Code.MODEL_LOST, () -> say(model, new ArrayList<>()));
        assertThat(told).hasMessageContaining("answered 500 (server_error), after 3 tries");
        assertThat(server.requests()).hasSize(6);
        assertThat(model.status().breaker()).as("five failures in a minute").isEqualTo(CircuitBreaker.State.OPEN);
        AgentException held = refusal(Code.MODEL_UNAVAILABLE, () -> say(model, new ArrayList<>()));
        assertThat(held)
                .hasMessageContaining("not asked until 2026-03-01T12:00:30Z")
                .hasMessageContaining("500");
        assertThat(server.requests()).hasSize(6);
        assertThat(model.status().counts().held()).isEqualTo(1);

        now.updateAndGet(at -> at.plusSeconds(31));
        assertThat(model.status().breaker()).isEqualTo(CircuitBreaker.State.HALF_OPEN);
        refusal(Code.MODEL_LOST, () -> say(model, new ArrayList<>()));
        assertThat(server.requests()).as("one probe, and no second try of it").hasSize(7);
        assertThat(model.status().breaker()).isEqualTo(CircuitBreaker.State.OPEN);

        now.updateAndGet(at -> at.plusSeconds(31));
        server.always(ModelServer::polite);
        assertThat(say(model, new ArrayList<>()).finish()).isEqualTo(Reply.Finish.STOP);
        assertThat(model.status().breaker()).isEqualTo(CircuitBreaker.State.CLOSED);
        assertThat(model.level()).isEqualTo(ModelLevel.T3);
    }

    @Test
    void oneProbeAtATime() throws Exception {
        HostedModel model = model(HostedFixture.with(
                settings("openai"), new HostedSettings.Retries(0, Duration.ofMillis(20), Duration.ofMillis(20))));
        server.always(ModelServer.status(500, null));
        for (int i = 0; i < 5; i++) {
            refusal(Code.MODEL_LOST, () -> say(model, new ArrayList<>()));
        }
        now.updateAndGet(at -> at.plusSeconds(31));
        var hold = new CountDownLatch(1);
        server.always((to, exchange, request) -> {
            try {
                assertThat(hold.await(60, TimeUnit.SECONDS)).isTrue();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            to.polite(exchange, request);
        });
        var reply = new AtomicReference<Reply>();
        Thread probe = Thread.ofVirtual().start(() -> reply.set(say(model, new ArrayList<>())));
        await(() -> server.requests().size() == 6);
        AgentException told = refusal(Code.MODEL_UNAVAILABLE, () -> say(model, new ArrayList<>()));
        assertThat(told).hasMessageContaining("being tried by another call");
        hold.countDown();
        assertThat(probe.join(Duration.ofSeconds(60))).isTrue();
        assertThat(reply.get().finish()).isEqualTo(Reply.Finish.STOP);
        assertThat(server.requests()).hasSize(6);
    }

    @Test
    void anAnswerOfAnotherShapeIsToldByTheShapeAndIsNoFailureOfTheEndpoint() {
        HostedModel model = model(settings("openai"));
        server.fills(_ -> "{\"mood\":\"furious\",\"id\":17}");
        String json = model.fill(PROMPT, SHAPE, new FillLimits(50), in(Duration.ofSeconds(60)))
                .json();
        assertThatThrownBy(() -> SHAPE.parse(json)).hasMessageContaining("does not fit: at $");
        assertThat(model.status().counts().misfits()).isEqualTo(1);
        assertThat(model.status().failures()).isZero();
        assertThat(model.status().problem().orElseThrow().message()).contains("does not fit");
        assertThat(booked(model, Purpose.UNDERSTAND).usage()).isEqualTo(new Usage(40, 0, 20));
        refusal(Code.MODEL_OUTPUT, () -> model.choose(PROMPT, List.of("a", "b"), in(Duration.ofSeconds(60))));
    }

    @Test
    void aHugeAnswerIsReadNoFurtherThanItMayBeLong() {
        HostedModel model = model(HostedFixture.with(settings("openai"), new HostedSettings.Flow(8, 8, 1 << 16)));
        server.then(ModelServer.huge(), ModelServer.huge());
        AgentException said = refusal(Code.MODEL_OUTPUT, () -> say(model, new ArrayList<>()));
        assertThat(said).hasMessageContaining("answered more than 65536 bytes");
        refusal(Code.MODEL_OUTPUT, () -> model.fill(PROMPT, SHAPE, new FillLimits(50), in(Duration.ofSeconds(60))));
        await(() -> server.leftBehind.get() == 2);
        assertThat(server.sent.get()).as("of 512 MiB").isLessThan(64L << 20);
        assertThat(model.status().counts().failed()).containsEntry("too_large", 2L);
    }

    @ParameterizedTest
    @ValueSource(strings = {"openai", "ollama"})
    void aNeverEndingStreamEndsAtTheLimitOfWords(String provider) {
        HostedModel model = model(settings(provider));
        server.then(ModelServer.neverEnding(0));
        Reply reply = say(model, new ArrayList<>());
        assertThat(reply.finish()).isEqualTo(Reply.Finish.LENGTH);
        assertThat(reply.text()).hasSize(60 * 16);
        await(() -> server.leftBehind.get() == 1 && model.status().inFlight() == 0);
        assertThat(booked(model, Purpose.SPEAK).usage()).isEqualTo(Requests.estimated(PROMPT, 960));
        assertThat(model.status().failures()).isZero();
    }

    @Test
    void aTricklingStreamEndsInTimeWithWhatThereIs() {
        HostedModel model = model(HostedFixture.with(
                settings("openai"),
                new HostedSettings.Times(Duration.ofSeconds(10), Duration.ofSeconds(20), Duration.ofSeconds(5))));
        server.then(ModelServer.neverEnding(100));
        long start = System.nanoTime();
        Reply reply = model.say(PROMPT, new SayLimits(2_000), in(Duration.ofSeconds(90)), _ -> true);
        assertThat(reply.finish()).isEqualTo(Reply.Finish.DEADLINE);
        assertThat(reply.text()).isNotEmpty();
        assertThat(System.nanoTime() - start).isLessThan(TimeUnit.SECONDS.toNanos(60));
        await(() -> server.leftBehind.get() == 1);
    }

    @Test
    void whoLeavesEndsTheRequest() {
        HostedModel model = model(settings("openai"));
        server.then(ModelServer.neverEnding(10));
        Reply reply =
                model.say(PROMPT, new SayLimits(60), in(Duration.ofSeconds(30)), new dev.palate.agent.llm.TokenSink() {
                    private int taken;

                    @Override
                    public boolean accept(String piece) {
                        taken++;
                        return true;
                    }

                    @Override
                    public boolean cancelled() {
                        return taken > 2;
                    }
                });
        assertThat(reply.finish()).isEqualTo(Reply.Finish.CANCELLED);
        await(() -> server.leftBehind.get() == 1 && model.status().inFlight() == 0);
    }

    @Test
    void aRefusedConnectionIsTriedAgain() throws IOException {
        int port;
        try (ServerSocket socket = new ServerSocket(0)) {
            port = socket.getLocalPort();
        }
        HostedModel model = model(HostedFixture.settings("openai", URI.create("http://127.0.0.1:" + port + "/v1")));
        AgentException told = refusal(Code.MODEL_UNAVAILABLE, () -> say(model, new ArrayList<>()));
        assertThat(told)
                .hasMessageContaining("cannot be reached")
                .hasMessageContaining("after 3 tries")
                .hasMessageContaining("look at palate.llm.ranking.url");
        assertThat(model.status().counts().retries()).isEqualTo(2);
        assertThat(booked(model, Purpose.SPEAK)).isEqualTo(new TokenLedger.Entry(1, 0, Usage.NONE, 0));
    }

    @Test
    void theKeyIsNowhereAndGoesNowhereElse() {
        HostedSettings settings = settings("openai");
        HostedModel model = model(settings);
        try (var other = new ModelServer()) {
            server.then(ModelServer.redirect(other.url("openai")), ModelServer.status(401, null));
            AgentException moved = refusal(Code.MODEL_UNAVAILABLE, () -> say(model, new ArrayList<>()));
            AgentException refused = refusal(Code.MODEL_UNAVAILABLE, () -> say(model, new ArrayList<>()));
            assertThat(other.requests()).isEmpty();
            assertThat(refused).hasMessageContaining("look at the key of palate.llm.ranking (key-env or key-file)");
            assertThat(List.of(
                            settings.toString(),
                            model.status().toString(),
                            moved.toString(),
                            refused.toString(),
                            String.valueOf(refused.getCause())))
                    .noneMatch(text -> text.contains("very-secret"));
        }
        assertThatThrownBy(() -> HostedFixture.settings("openai", URI.create("http://models.example/v1")))
                .hasMessage("a key would go to models.example in the clear; use https, or leave the key out");
        assertThatThrownBy(() -> HostedFixture.key("two words"))
                .hasMessageContaining("KEY of key-env must hold a key")
                .hasMessageNotContaining("two words");
    }

    @Test
    void theBudgetRefusesBeforeTheCallAndSaysWhy() {
        HostedModel model = model(HostedFixture.with(settings("openai"), new TokenLedger.Budget(1_000_000, 600)));
        say(model, new ArrayList<>());
        AgentException told = refusal(Code.MODEL_BUDGET, () -> say(model, new ArrayList<>()));
        assertThat(told)
                .hasMessageContaining("the day's budget of money does not allow the call: of 0.0006 are 0.000156 spent")
                .hasMessageContaining("begins anew at 00:00 UTC");
        assertThat(server.requests()).hasSize(1);
        assertThat(booked(model, Purpose.SPEAK).refused()).isEqualTo(1);
        now.updateAndGet(at -> at.plus(Duration.ofDays(1)));
        assertThat(say(model, new ArrayList<>()).finish()).isEqualTo(Reply.Finish.STOP);
    }

    @Test
    void callsBesideEachOtherAreBounded() throws Exception {
        HostedModel model = model(HostedFixture.with(settings("openai"), new HostedSettings.Flow(2, 1, 1 << 20)));
        server.always(ModelServer.slow(2_500));
        List<String> outcomes = Collections.synchronizedList(new ArrayList<>());
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            threads.add(Thread.ofVirtual().start(() -> {
                try {
                    outcomes.add(say(model, new ArrayList<>()).finish().name());
                } catch (AgentException e) {
                    outcomes.add(e.code().name());
                }
            }));
        }
        for (Thread thread : threads) {
            assertThat(thread.join(Duration.ofSeconds(120))).isTrue();
        }
        assertThat(outcomes).hasSize(8).containsOnly("STOP", "MODEL_BUSY").contains("MODEL_BUSY");
        assertThat(outcomes.stream().filter("STOP"::equals).count()).isGreaterThanOrEqualTo(3);
        assertThat(server.mostInside()).isEqualTo(2);
    }

    @Test
    void theSelfTestSetsTheLevel() {
        server.fills(request -> oracle(request, 30));
        HostedModel strong = model(HostedFixture.tested(settings("openai")));
        assertThat(strong.level()).isEqualTo(ModelLevel.T0);
        await(() -> strong.level() == ModelLevel.T3);
        assertThat(strong.state().reason()).contains("30 of 30 answers in shape, 30 right");
        assertThat(booked(strong, Purpose.SELF_TEST).calls()).isEqualTo(30);
        server.fills(request -> oracle(request, 20));
        HostedModel fair = model(HostedFixture.tested(settings("ollama")));
        await(() -> fair.level() == ModelLevel.T2);
        server.fills(_ -> "I would say horror");
        HostedModel weak = model(HostedFixture.tested(settings("openai")));
        await(() -> weak.state() instanceof ModelState.Failed);
        assertThat(weak.state().reason()).contains("0 of 30 answers in shape").contains("name another model");
        server.always(ModelServer.status(401, null));
        HostedModel locked = model(HostedFixture.tested(settings("openai")));
        await(() -> locked.state() instanceof ModelState.Restarting);
        assertThat(locked.state().reason()).contains("answered 401").contains("look at the key");
    }

    /// An endpoint that answers seven requests and then wants to be left alone, again and again: every case is asked
    /// once, and the level comes.
    @Test
    void aSelfTestThatIsBrokenOffGoesOnWhereItWas() {
        server.fills(request -> oracle(request, 30));
        var answered = new AtomicInteger();
        var clock = new AtomicReference<>(Instant.parse("2026-03-01T12:00:00Z"));
        server.always((to, exchange, request) -> {
            if (answered.incrementAndGet() % 8 == 0) {
                ModelServer.status(400, null).answer(to, exchange, request);
            } else {
                to.polite(exchange, request);
            }
        });
        var asked = new AtomicInteger();
        HostedSettings settings = settings("openai");
        HostedModel model = model(settings);
        var test = new HostedSelfTest(
                (purpose, prompt, shape, most, deadline) -> {
                    asked.incrementAndGet();
                    return model.fill(prompt, shape, new FillLimits(most), in(Duration.ofSeconds(60)));
                },
                clock::get);
        for (int part = 1; part <= 4; part++) {
            assertThatThrownBy(test::run).isInstanceOf(AgentException.class);
            assertThat(test.answered()).isEqualTo(7 * part);
        }
        assertThat(test.run().level()).isEqualTo(ModelLevel.T3);
        assertThat(asked).as("30 cases, and the four that were refused").hasValue(34);

        clock.updateAndGet(at -> at.plus(HostedSelfTest.KEPT).plusSeconds(1));
        answered.set(0);
        assertThatThrownBy(test::run).isInstanceOf(AgentException.class);
        assertThat(test.answered()).as("old answers do not count").isEqualTo(7);
    }

    /// A quota of eight requests a day, used up at once, and asked for again ten minutes late: four days later the
    /// level is there.
    @Test
    void aSelfTestUnderADailyQuotaComesToItsEnd() {
        server.fills(request -> oracle(request, 30));
        var allowed = new AtomicInteger();
        var clock = new AtomicReference<>(Instant.parse("2026-03-01T12:00:00Z"));
        server.always((to, exchange, request) -> {
            if (allowed.getAndDecrement() > 0) {
                to.polite(exchange, request);
            } else {
                ModelServer.status(400, null).answer(to, exchange, request);
            }
        });
        HostedModel model = model(settings("openai"));
        var test = new HostedSelfTest(
                (purpose, prompt, shape, most, deadline) ->
                        model.fill(prompt, shape, new FillLimits(most), in(Duration.ofSeconds(60))),
                clock::get);
        for (int day = 1; day <= 3; day++) {
            allowed.set(8);
            assertThatThrownBy(test::run).isInstanceOf(AgentException.class);
            assertThat(test.answered()).isEqualTo(8 * day);
            clock.updateAndGet(at -> at.plus(Duration.ofHours(24)).plus(Duration.ofMinutes(10)));
        }
        allowed.set(8);
        assertThat(test.run().level()).isEqualTo(ModelLevel.T3);
    }

    /// What an answer that was to come whole has cost by the time nobody waits for it is not known; at most this.
    @Test
    void anUnstreamedCallThatEndsLateIsBookedWithAllThatItMayHaveWritten() {
        HostedModel model = model(settings("openai"));
        server.then(ModelServer.slow(40_000));
        refusal(Code.MODEL_DEADLINE, () -> model.fill(PROMPT, SHAPE, new FillLimits(50), in(Duration.ofMillis(400))));
        assertThat(booked(model, Purpose.UNDERSTAND).usage()).isEqualTo(new Usage(READ.promptTokens(), 0, 50));
    }

    // Right for the first cases of the list.
    private static String oracle(tools.jackson.databind.JsonNode request, int right) {
        String asked = request.path("messages").toString();
        for (int i = 0; i < dev.palate.prompts.ModelTestPrompt.CASES.size(); i++) {
            var one = dev.palate.prompts.ModelTestPrompt.CASES.get(i);
            if (asked.contains(one.message())) {
                return i < right
                        ? "{\"intent\":\"" + one.intent() + "\",\"genre\":\"" + one.genre() + "\"}"
                        : "{\"intent\":\"chat\",\"genre\":\"musical\"}";
            }
        }
        throw new AssertionError("no case in " + asked);
    }

    @Test
    void closingEndsTheCallsUnderWay() throws Exception {
        HostedModel model = model(settings("openai"));
        server.then(ModelServer.slow(60_000));
        var told = new AtomicReference<AgentException>();
        Thread caller = Thread.ofVirtual()
                .start(() -> told.set(catchThrowableOfType(AgentException.class, () -> say(model, new ArrayList<>()))));
        await(() -> !server.requests().isEmpty());
        model.close();
        assertThat(caller.join(Duration.ofSeconds(30))).isTrue();
        assertThat(told.get().code()).isEqualTo(Code.MODEL_LOST);
        refusal(Code.MODEL_UNAVAILABLE, () -> say(model, new ArrayList<>()));
    }

    @Test
    void anyChatModelOfLangChain4jIsFoundByItsProvider() {
        HostedModel model = model(HostedFixture.settings("parrot", URI.create("https://nowhere.example")));
        var pieces = new ArrayList<String>();
        Reply reply = say(model, pieces);
        assertThat(pieces).containsExactly("Name a colour.");
        assertThat(reply.finish()).isEqualTo(Reply.Finish.STOP);
        assertThat(booked(model, Purpose.SPEAK).usage())
                .as("it counts nothing, so that is estimated")
                .isEqualTo(Requests.estimated(PROMPT, "Name a colour.".length()));
        assertThatThrownBy(() -> ModelProvider.named("nobody"))
                .hasMessage("there is no provider 'nobody' of hosted models; there are ollama, openai, parrot");
    }
}
