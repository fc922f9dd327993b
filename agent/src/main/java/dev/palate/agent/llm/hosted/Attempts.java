package dev.palate.agent.llm.hosted;

import dev.langchain4j.exception.HttpException;
import dev.langchain4j.exception.RateLimitException;
import dev.langchain4j.exception.TimeoutException;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.response.ChatResponse;
import dev.palate.agent.AgentException;
import dev.palate.agent.AgentException.Code;
import dev.palate.agent.llm.Deadline;
import dev.palate.agent.llm.JsonShape;
import dev.palate.agent.llm.LanguageModel;
import dev.palate.agent.llm.hosted.EndpointFailure.Kind;
import java.io.IOException;
import java.net.ConnectException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;
import org.jspecify.annotations.Nullable;

/// Makes one call of one or more tries: a place, the breaker's pass, the request, its steps, and the pause before the
/// next try. Thread-safe.
final class Attempts {
    private static final int CAUSES = 16;
    private static final long POLL_MILLIS = LanguageModel.CANCEL_POLL.toMillis() / 4;

    /// How a call came to its end.
    sealed interface Ended {
        /// The endpoint was done.
        record Answered(ChatResponse response) implements Ended {}

        /// There are as many words as may be.
        record Full() implements Ended {}

        /// Time ran out after words had come.
        record OutOfTime() implements Ended {}

        /// The caller wants no more.
        record Unwanted() implements Ended {}
    }

    private final HostedSettings settings;
    private final EndpointChat chat;
    private final InstantSource clock;
    private final CircuitBreaker breaker;
    private final CallGate gate;
    private final SplittableRandom jitter;
    private final AtomicLong requests = new AtomicLong();
    private final AtomicLong retries = new AtomicLong();
    private final AtomicLong misfits = new AtomicLong();
    private final AtomicLong held = new AtomicLong();
    private final AtomicLongArray failed = new AtomicLongArray(Kind.values().length);
    private volatile Optional<HostedStatus.Problem> problem = Optional.empty();
    private volatile boolean closed;

    Attempts(HostedSettings settings, EndpointChat chat, InstantSource clock) {
        this.settings = settings;
        this.chat = chat;
        this.clock = clock;
        this.breaker = new CircuitBreaker(settings.breaker(), clock);
        this.gate = new CallGate(settings.flow());
        this.jitter = new SplittableRandom(settings.seed());
    }

    EndpointChat chat() {
        return chat;
    }

    CircuitBreaker breaker() {
        return breaker;
    }

    int inFlight() {
        return gate.inside();
    }

    Optional<HostedStatus.Problem> problem() {
        return problem;
    }

    HostedCounts counts() {
        Map<String, Long> byKind = new HashMap<>();
        for (Kind kind : Kind.values()) {
            byKind.put(kind.name().toLowerCase(Locale.ROOT), failed.get(kind.ordinal()));
        }
        return new HostedCounts(requests.get(), retries.get(), byKind, misfits.get(), held.get());
    }

    /// Why no call is made now; empty when one would be.
    Optional<String> held() {
        return breaker.openUntil()
                .map(until -> "not asked until " + until + ": "
                        + problem.map(HostedStatus.Problem::message).orElse("its endpoint failed"));
    }

    /// Refuses at once what cannot be served.
    void admit(Deadline deadline) {
        if (closed) {
            throw new AgentException(
                    Code.MODEL_UNAVAILABLE, "the hosted model " + settings.model() + " is not ready: closed");
        }
        if (deadline.expired()) {
            throw late("the deadline passed before there was an answer");
        }
    }

    void close() {
        closed = true;
    }

    /// Notes an answer that does not fit; the caller, who reads it, is told by the shape itself.
    void judge(JsonShape shape, String json) {
        try {
            shape.parse(json);
        } catch (AgentException e) {
            misfits.incrementAndGet();
            note(String.valueOf(e.getMessage()));
        }
    }

    /// @throws AgentException see [LanguageModel]
    Ended run(ChatRequest request, boolean streamed, Deadline deadline, Words words, Cost cost) {
        long end = System.nanoTime() + settings.times().call().toNanos();
        for (int tries = 1; ; tries++) {
            gate.enter(deadline, words::unwanted);
            CircuitBreaker.Pass pass = breaker.admit().orElse(null);
            if (pass == null) {
                gate.leave();
                held.incrementAndGet();
                throw new AgentException(
                        Code.MODEL_UNAVAILABLE,
                        "the hosted model " + settings.model() + " is "
                                + held().orElse("being tried by another call; try again in a moment"));
            }
            requests.incrementAndGet();
            try {
                return once(request, streamed, deadline, end, words, cost, pass);
            } catch (EndpointFailure failure) {
                failed.incrementAndGet(failure.kind().ordinal());
                Duration pause = pause(failure, tries);
                boolean again = failure.retriable()
                        && words.length() == 0
                        && tries <= settings.retries().most()
                        && pause.compareTo(settings.retries().longest()) <= 0
                        && pause.compareTo(deadline.remaining()) < 0
                        && pause.toNanos() < end - System.nanoTime();
                note(said(failure, tries));
                if (failure.ofTheRequest()) {
                    pass.abandoned();
                } else {
                    pass.failed(again ? Duration.ZERO : failure.retryAfter().orElse(Duration.ZERO));
                }
                if (!again || breaker.state() == CircuitBreaker.State.OPEN) {
                    throw told(failure, tries);
                }
                retries.incrementAndGet();
                rest(pause, words);
            }
        }
    }

    private Ended once(
            ChatRequest request,
            boolean streamed,
            Deadline deadline,
            long end,
            Words words,
            Cost cost,
            CircuitBreaker.Pass pass) {
        EndpointCall call = EndpointCall.start(chat, request, streamed, gate::leave);
        boolean settled = false;
        try {
            Ended ended = listen(call, streamed, deadline, end, words);
            settled = true;
            if (ended instanceof Ended.Answered(ChatResponse response)) {
                String text = response.aiMessage().text();
                cost.answered(response, Math.max(words.length(), text == null ? 0 : text.length()));
                pass.succeeded();
            } else {
                cost.brokenOff(words.length());
                proved(pass, words);
            }
            return ended;
        } catch (EndpointFailure failure) {
            settled = true;
            if (failure.mayHaveCost()) {
                cost.brokenOff(words.length());
            }
            throw failure;
        } finally {
            if (!settled) {
                cost.brokenOff(words.length());
                proved(pass, words);
            }
            call.abandon();
        }
    }

    // Words that came show that the endpoint works, whoever ended the call.
    private static void proved(CircuitBreaker.Pass pass, Words words) {
        if (words.length() > 0) {
            pass.succeeded();
        } else {
            pass.abandoned();
        }
    }

    private Ended listen(EndpointCall call, boolean streamed, Deadline deadline, long end, Words words) {
        long start = System.nanoTime();
        while (true) {
            EndpointCall.@Nullable Step step = next(call);
            if (closed) {
                throw new AgentException(Code.MODEL_LOST, "the hosted model was closed during the call");
            }
            if (words.unwanted()) {
                return new Ended.Unwanted();
            }
            switch (step) {
                case EndpointCall.Step.Piece(String text) -> {
                    boolean more = words.accept(text);
                    if (!more) {
                        return new Ended.Unwanted();
                    }
                    if (words.full()) {
                        return new Ended.Full();
                    }
                }
                case EndpointCall.Step.Whole(ChatResponse response) -> {
                    return whole(response, streamed);
                }
                case EndpointCall.Step.Failed(Throwable failure) -> throw failure(failure);
                case null -> {}
            }
            if (ranOut(deadline, start, end, streamed, words)) {
                return new Ended.OutOfTime();
            }
        }
    }

    private Ended whole(ChatResponse response, boolean streamed) {
        if (streamed && chat.callersThread() && response.finishReason() == null) {
            throw new EndpointFailure(Kind.CUT, "ended its answer without saying that this was the end");
        }
        return new Ended.Answered(response);
    }

    private boolean ranOut(Deadline deadline, long start, long end, boolean streamed, Words words) {
        long now = System.nanoTime();
        Duration firstWord = settings.times().firstWord();
        boolean none = words.length() == 0;
        if (streamed && none && now - start >= firstWord.toNanos()) {
            throw new EndpointFailure(Kind.LATE, "gave no word within " + firstWord.toMillis() + " ms");
        }
        if (now >= end) {
            if (none) {
                throw new EndpointFailure(
                        Kind.LATE,
                        "was not done within " + settings.times().call().toMillis() + " ms");
            }
            return true;
        }
        if (!deadline.expired()) {
            return false;
        }
        if (none && now - start >= firstWord.toNanos()) {
            throw new EndpointFailure(Kind.LATE, "was not done after " + (now - start) / 1_000_000 + " ms");
        }
        if (none) {
            throw late("the deadline passed before there was an answer");
        }
        return true;
    }

    private static EndpointCall.@Nullable Step next(EndpointCall call) {
        try {
            return call.poll(POLL_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AgentException(Code.MODEL_CANCELLED, "the call was interrupted", e);
        }
    }

    private Duration pause(EndpointFailure failure, int tries) {
        HostedSettings.Retries retry = settings.retries();
        long full = Math.min(retry.longest().toMillis(), retry.first().toMillis() << Math.min(tries - 1, 20));
        long drawn;
        synchronized (jitter) {
            drawn = full / 2 + jitter.nextLong(full - full / 2 + 1);
        }
        Duration own = Duration.ofMillis(drawn);
        return failure.retryAfter().filter(asked -> asked.compareTo(own) > 0).orElse(own);
    }

    private static void rest(Duration pause, Words words) {
        long end = System.nanoTime() + pause.toNanos();
        try {
            for (long left = pause.toNanos(); left > 0; left = end - System.nanoTime()) {
                if (words.unwanted()) {
                    throw new AgentException(Code.MODEL_CANCELLED, "the call was cancelled between two tries");
                }
                Thread.sleep(Duration.ofNanos(Math.min(left, POLL_MILLIS * 1_000_000)));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AgentException(Code.MODEL_CANCELLED, "the call was interrupted between two tries", e);
        }
    }

    private void note(String message) {
        problem = Optional.of(new HostedStatus.Problem(message, clock.instant()));
    }

    private static AgentException late(String message) {
        return new AgentException(Code.MODEL_DEADLINE, message);
    }

    private String said(EndpointFailure failure, int tries) {
        return settings.model() + " at " + settings.host() + " " + failure.getMessage()
                + (tries > 1 ? ", after " + tries + " tries" : "")
                + failure.retryAfter()
                        .map(after -> "; it asks to be left alone for " + after.toSeconds() + " s")
                        .orElse("")
                + next(failure);
    }

    private String next(EndpointFailure failure) {
        String prefix = "palate.llm." + settings.role().key();
        return switch (failure.status()) {
            case 401, 403 -> "; look at the key of " + prefix + " (key-env or key-file)";
            case 404 -> "; look at " + prefix + ".url and " + prefix + ".model";
            default -> failure.kind() == Kind.CONNECT ? "; look at " + prefix + ".url" : "";
        };
    }

    private AgentException told(EndpointFailure failure, int tries) {
        Code code = switch (failure.kind()) {
            case CONNECT -> Code.MODEL_UNAVAILABLE;
            case LATE -> Code.MODEL_DEADLINE;
            case CUT -> Code.MODEL_LOST;
            case MALFORMED, TOO_LARGE -> Code.MODEL_OUTPUT;
            case STATUS ->
                switch (failure.status()) {
                    case 429 -> Code.MODEL_BUSY;
                    case 413 -> Code.MODEL_PROMPT_TOO_LONG;
                    default -> failure.status() >= 500 ? Code.MODEL_LOST : Code.MODEL_UNAVAILABLE;
                };
        };
        return new AgentException(code, "the hosted model " + said(failure, tries), failure);
    }

    /// What a model of LangChain4j threw, as one of our kinds. Its own text stays out: it may quote the request.
    static EndpointFailure failure(Throwable thrown) {
        Throwable at = thrown;
        for (int depth = 0; at != null && depth < CAUSES; depth++, at = at.getCause()) {
            switch (at) {
                case EndpointFailure known -> {
                    return known;
                }
                case HttpException http -> {
                    return status(http.statusCode());
                }
                case RateLimitException _ -> {
                    if (at.getCause() == null) {
                        return status(429);
                    }
                }
                case TimeoutException _, java.util.concurrent.TimeoutException _ -> {
                    return new EndpointFailure(Kind.LATE, "did not answer in time");
                }
                case ConnectException _ -> {
                    return new EndpointFailure(Kind.CONNECT, "cannot be reached (ConnectException)");
                }
                case tools.jackson.core.JacksonException _, com.fasterxml.jackson.core.JacksonException _ -> {
                    return EndpointHttp.malformed();
                }
                case IOException _ -> {
                    return new EndpointFailure(Kind.CUT, "ended the connection before its answer");
                }
                default -> {}
            }
        }
        return EndpointHttp.malformed();
    }

    private static EndpointFailure status(int status) {
        return new EndpointFailure(Kind.STATUS, status, Optional.empty(), "answered " + status);
    }
}
