package dev.palate.agent.llm.hosted;

import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.response.ChatResponse;
import dev.langchain4j.model.chat.response.PartialResponse;
import dev.langchain4j.model.chat.response.PartialResponseContext;
import dev.langchain4j.model.chat.response.StreamingChatResponseHandler;
import dev.langchain4j.model.chat.response.StreamingHandle;
import dev.palate.agent.llm.hosted.EndpointFailure.Kind;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/// One request on a thread of its own, whose steps its caller takes from a bounded queue: a slow caller slows the
/// endpoint, and a caller who leaves ends it. Used by one caller, once.
final class EndpointCall {
    private static final int MAX_STEPS = 256;
    private static final long OFFER_MILLIS = 20;

    /// What came.
    sealed interface Step {
        /// A piece of words.
        record Piece(String text) implements Step {}

        /// The end, with all of it.
        record Whole(ChatResponse response) implements Step {}

        /// The end, without it.
        record Failed(Throwable failure) implements Step {}
    }

    private final BlockingQueue<Step> steps = new ArrayBlockingQueue<>(MAX_STEPS);
    private final AtomicBoolean abandoned = new AtomicBoolean();
    private final AtomicBoolean ended = new AtomicBoolean();
    private final Runnable onEnd;
    private volatile @Nullable StreamingHandle handle;
    private final AtomicBoolean finished = new AtomicBoolean();
    private volatile @Nullable Thread worker;
    private volatile boolean goesOn;

    private EndpointCall(Runnable onEnd) {
        this.onEnd = onEnd;
    }

    /// Begins.
    ///
    /// @param onEnd runs once the request has come to its end, however long after its caller left
    static EndpointCall start(EndpointChat chat, ChatRequest request, boolean streamed, Runnable onEnd) {
        var call = new EndpointCall(onEnd);
        Thread thread = Thread.ofVirtual().name("hosted-call").unstarted(() -> call.run(chat, request, streamed));
        call.worker = thread;
        thread.start();
        return call;
    }

    /// The next step, or null when none came in time.
    @Nullable
    Step poll(long millis) throws InterruptedException {
        return steps.poll(millis, TimeUnit.MILLISECONDS);
    }

    /// The caller leaves: nothing more is kept, and the request is ended as soon as it heeds that.
    void abandon() {
        abandoned.set(true);
        steps.clear();
        StreamingHandle streaming = handle;
        if (streaming != null) {
            try {
                streaming.cancel();
            } catch (RuntimeException e) {
                // Not every model can; the interrupt is left.
                handle = null;
            }
        }
        Thread thread = worker;
        if (thread != null) {
            thread.interrupt();
        }
        if (goesOn) {
            // A model that takes the cancellation tells no end.
            finish();
        }
    }

    private void run(EndpointChat chat, ChatRequest request, boolean streamed) {
        try {
            if (streamed && chat.streaming().isPresent()) {
                chat.streaming().get().chat(request, new Listener());
                if (chat.callersThread()) {
                    end(new Step.Failed(
                            new EndpointFailure(Kind.CUT, "ended its answer without saying that this was the end")));
                } else {
                    goesOn = true;
                    if (abandoned.get()) {
                        finish();
                    }
                }
                return;
            }
            ChatResponse response = chat.whole().chat(request);
            if (streamed) {
                String text = response.aiMessage().text();
                if (text != null && !text.isEmpty()) {
                    put(new Step.Piece(text));
                }
            }
            end(new Step.Whole(response));
        } catch (Throwable t) {
            end(new Step.Failed(t));
        } finally {
            worker = null;
            if (!goesOn) {
                finish();
            }
        }
    }

    private void end(Step last) {
        if (!ended.getAndSet(true)) {
            put(last);
        }
    }

    private void finish() {
        if (!finished.getAndSet(true)) {
            onEnd.run();
        }
    }

    private void put(Step step) {
        try {
            while (!abandoned.get() && !steps.offer(step, OFFER_MILLIS, TimeUnit.MILLISECONDS)) {
                Thread.onSpinWait();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private final class Listener implements StreamingChatResponseHandler {
        @Override
        public void onPartialResponse(PartialResponse partial, PartialResponseContext context) {
            handle = context.streamingHandle();
            piece(partial.text());
            if (abandoned.get()) {
                context.streamingHandle().cancel();
            }
        }

        @Override
        public void onPartialResponse(String partial) {
            piece(partial);
        }

        private void piece(@Nullable String text) {
            if (text != null && !text.isEmpty() && !ended.get()) {
                put(new Step.Piece(text));
            }
        }

        @Override
        public void onCompleteResponse(ChatResponse response) {
            end(new Step.Whole(response));
            finish();
        }

        @Override
        public void onError(Throwable failure) {
            end(new Step.Failed(failure));
            finish();
        }
    }
}
