package dev.palate.agent.llm.hosted;

import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.response.ChatResponse;
import dev.langchain4j.model.output.FinishReason;
import dev.palate.agent.AgentException;
import dev.palate.agent.AgentException.Code;
import dev.palate.agent.llm.Choice;
import dev.palate.agent.llm.Deadline;
import dev.palate.agent.llm.FillLimits;
import dev.palate.agent.llm.Filled;
import dev.palate.agent.llm.JsonShape;
import dev.palate.agent.llm.LanguageModel;
import dev.palate.agent.llm.ModelId;
import dev.palate.agent.llm.ModelLevel;
import dev.palate.agent.llm.ModelState;
import dev.palate.agent.llm.Reply;
import dev.palate.agent.llm.SayLimits;
import dev.palate.agent.llm.TokenLedger;
import dev.palate.agent.llm.TokenLedger.Purpose;
import dev.palate.agent.llm.TokenSink;
import dev.palate.prompts.RenderedPrompt;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A model behind an address. Each call reserves its room in the day's budget, waits for one of a few places, passes
/// the circuit breaker, and is tried again after what may be tried again, as long as no word has come; it ends by its
/// deadline and by the role's own times, whichever is first. Its level is T0 until the self-test has set it, and while
/// the breaker is open or the budget is used up. Thread-safe.
///
/// Endpoints tell no likelihoods: [#choose] asks for one of the names and gives that one nearly all of the
/// probability, so its margin says nothing.
public final class HostedModel implements LanguageModel {
    private static final Logger LOG = LoggerFactory.getLogger(HostedModel.class);
    private static final double CHOSEN = 0.99;
    private static final int CHOICE_TOKENS = 128;
    private static final String ANSWER = "answer";

    private final HostedSettings settings;
    private final Attempts attempts;
    private final TokenLedger ledger;
    private final HostedLevel level;

    private HostedModel(HostedSettings settings, EndpointChat chat, TokenLedger ledger, InstantSource clock) {
        this.settings = settings;
        this.ledger = ledger;
        this.attempts = new Attempts(settings, chat, clock);
        this.level = new HostedLevel(settings, this::measured, clock);
    }

    /// Opens the endpoint and returns at once; the self-test runs behind, and again later while it cannot be done.
    ///
    /// @param ledger with the budget and the prices of the settings
    /// @throws AgentException `NOT_FOUND` for an unknown provider
    public static HostedModel start(HostedSettings settings, TokenLedger ledger, InstantSource clock) {
        return start(settings, ModelProvider.named(settings.provider()), ledger, clock);
    }

    /// With a provider at hand.
    public static HostedModel start(
            HostedSettings settings, ModelProvider provider, TokenLedger ledger, InstantSource clock) {
        var model = new HostedModel(settings, provider.open(settings), ledger, clock);
        model.level.start();
        return model;
    }

    @Override
    public ModelId id() {
        return settings.model();
    }

    @Override
    public ModelLevel level() {
        return state().usable() ? level.tested() : ModelLevel.T0;
    }

    @Override
    public ModelState state() {
        ModelState tested = level.state();
        if (!tested.usable()) {
            return tested;
        }
        Optional<String> closed = attempts.held();
        if (closed.isPresent()) {
            return new ModelState.Paused(closed.get());
        }
        return ledger.allows(1)
                ? tested
                : new ModelState.Paused("the day's budget for " + id() + " is used up until 00:00 UTC");
    }

    /// What an operator sees of it now.
    public HostedStatus status() {
        return new HostedStatus(
                settings.role(),
                id(),
                settings.provider(),
                settings.host(),
                level(),
                state().reason(),
                attempts.breaker().state(),
                attempts.breaker().openUntil(),
                attempts.breaker().failures(),
                attempts.breaker().opened(),
                attempts.inFlight(),
                attempts.counts(),
                ledger.page(),
                attempts.problem());
    }

    @Override
    public Choice choose(RenderedPrompt prompt, List<String> options, Deadline deadline) {
        Choice.checkOptions(options);
        var shape = JsonShape.object(ANSWER, new JsonShape.Enumeration(options));
        Filled filled = filled(Purpose.ROUTE, prompt, shape, CHOICE_TOKENS, deadline);
        String chosen = shape.parse(filled.json()).path(ANSWER).stringValue();
        List<Choice.Scored> scored = new ArrayList<>();
        double other = Math.log((1 - CHOSEN) / Math.max(1, options.size() - 1));
        for (String option : options) {
            scored.add(new Choice.Scored(option, option.equals(chosen) ? Math.log(CHOSEN) : other));
        }
        return new Choice(scored, filled.usage());
    }

    @Override
    public Filled fill(RenderedPrompt prompt, JsonShape shape, FillLimits limits, Deadline deadline) {
        Purpose purpose = purpose(prompt, Purpose.UNDERSTAND);
        if (shape instanceof JsonShape.Obj object) {
            return filled(purpose, prompt, object, limits.maxTokens(), deadline);
        }
        // Endpoints want an object at the root.
        var wrapped = JsonShape.object(ANSWER, shape);
        Filled filled = filled(purpose, prompt, wrapped, limits.maxTokens(), deadline);
        return new Filled(wrapped.parse(filled.json()).path(ANSWER).toString(), filled.usage());
    }

    @Override
    public Reply say(RenderedPrompt prompt, SayLimits limits, Deadline deadline, TokenSink sink) {
        attempts.admit(deadline);
        requireReady();
        TokenLedger.Reservation room =
                ledger.reserve(purpose(prompt, Purpose.SPEAK), Requests.most(prompt, limits.maxTokens()));
        var words = new Words(sink, limits.maxTokens());
        var cost = new Cost(prompt, 0);
        try {
            ChatRequest request = Requests.words(attempts.chat(), prompt, limits.maxTokens());
            Reply.Finish finish = switch (attempts.run(request, true, deadline, words, cost)) {
                case Attempts.Ended.Answered(ChatResponse response) -> finish(response);
                case Attempts.Ended.Full _ -> Reply.Finish.LENGTH;
                case Attempts.Ended.OutOfTime _ -> Reply.Finish.DEADLINE;
                case Attempts.Ended.Unwanted _ -> Reply.Finish.CANCELLED;
            };
            return new Reply(words.text(), cost.usage(), finish);
        } finally {
            room.settle(cost.usage());
        }
    }

    private static Reply.Finish finish(ChatResponse response) {
        return response.finishReason() == FinishReason.LENGTH ? Reply.Finish.LENGTH : Reply.Finish.STOP;
    }

    private Filled filled(
            Purpose purpose, RenderedPrompt prompt, JsonShape.Obj shape, int maxTokens, Deadline deadline) {
        attempts.admit(deadline);
        requireReady();
        return measured(purpose, prompt, shape, maxTokens, deadline);
    }

    /// As the self-test asks, which needs no level.
    private Filled measured(
            Purpose purpose, RenderedPrompt prompt, JsonShape.Obj shape, int maxTokens, Deadline deadline) {
        attempts.admit(deadline);
        TokenLedger.Reservation room = ledger.reserve(purpose, Requests.most(prompt, shape, maxTokens));
        var words = new Words(_ -> true, maxTokens);
        var cost = new Cost(prompt, maxTokens);
        try {
            ChatRequest request = Requests.filling(attempts.chat(), prompt, shape, maxTokens);
            if (!(attempts.run(request, false, deadline, words, cost)
                    instanceof Attempts.Ended.Answered(ChatResponse response))) {
                throw new AgentException(Code.MODEL_DEADLINE, "the deadline passed before there was an answer");
            }
            String json = response.aiMessage().text();
            String text = json == null ? "" : json.strip();
            attempts.judge(shape, text);
            return new Filled(text, cost.usage());
        } finally {
            room.settle(cost.usage());
        }
    }

    private void requireReady() {
        ModelState tested = level.state();
        if (!tested.usable()) {
            throw new AgentException(
                    Code.MODEL_UNAVAILABLE, "the hosted model " + id() + " is not ready: " + tested.reason());
        }
    }

    private static Purpose purpose(RenderedPrompt prompt, Purpose usual) {
        return switch (prompt.version().name()) {
            case "rank", "rank-one" -> Purpose.RANK;
            case "model-test" -> Purpose.SELF_TEST;
            default -> usual;
        };
    }

    /// Ends the calls under way with `MODEL_LOST` and takes no more.
    @Override
    public void close() {
        level.close();
        attempts.close();
        LOG.debug("closed {}", id());
    }
}
