package dev.palate.agent.turn;

import dev.palate.agent.AgentException;
import dev.palate.agent.grounding.ProseFilter;
import dev.palate.agent.llm.Deadline;
import dev.palate.agent.llm.LanguageModel;
import dev.palate.agent.llm.Reply;
import dev.palate.agent.llm.SayLimits;
import dev.palate.agent.llm.TokenSink;
import dev.palate.agent.llm.Usage;
import dev.palate.prompts.RenderedPrompt;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Lets a model say one or two sentences, through the prose filter, within its time. Whatever the model does, this ends
/// in time and without an exception. Thread-safe.
final class Speaker {
    private static final int MAX_PIECES = 256;
    private static final int MIN_TEXT = 20;
    private static final Duration POLL = Duration.ofMillis(20);

    /// What came of it.
    ///
    /// @param text the sentences, absent when they are not to be used
    /// @param reason why not, empty when they are
    record Spoken(@Nullable String text, String reason, Usage usage) {}

    private sealed interface Piece {
        record Words(String text) implements Piece {}

        record End(@Nullable Reply reply, String failure) implements Piece {}
    }

    private final LanguageModel model;
    private final TurnLimits limits;
    private final InstantSource clock;

    Speaker(LanguageModel model, TurnLimits limits, InstantSource clock) {
        this.model = model;
        this.limits = limits;
        this.clock = clock;
    }

    /// @param handles the only ones the model may write
    /// @param cancelled asked every few milliseconds
    /// @param words takes what may be shown, as it comes
    Spoken speak(
            RenderedPrompt prompt,
            List<String> handles,
            ProseFilter filter,
            BooleanSupplier cancelled,
            Consumer<String> words) {
        SayLimits bounds = new SayLimits(limits.tokens(), handles, Deadline.after(limits.firstWord(), clock));
        BlockingQueue<Piece> pieces = new ArrayBlockingQueue<>(MAX_PIECES);
        var stop = new AtomicBoolean();
        var counted = new AtomicLong();
        Thread thread = Thread.ofVirtual().name("speak").start(() -> ask(prompt, bounds, pieces, stop, counted));
        try {
            return listen(pieces, filter, cancelled, words);
        } finally {
            stop.set(true);
            thread.interrupt();
        }
    }

    private void ask(
            RenderedPrompt prompt,
            SayLimits bounds,
            BlockingQueue<Piece> pieces,
            AtomicBoolean stop,
            AtomicLong written) {
        Piece.End end;
        try {
            var sink = new TokenSink() {
                @Override
                public boolean accept(String piece) {
                    boolean room = written.addAndGet(piece.length()) <= ProseFilter.MAX_TEXT * 2L;
                    return room && !stop.get() && pieces.offer(new Piece.Words(piece));
                }

                @Override
                public boolean cancelled() {
                    return stop.get();
                }
            };
            Deadline deadline = Deadline.after(limits.words(), clock);
            end = new Piece.End(model.say(prompt, bounds, deadline, sink), "");
        } catch (Throwable t) {
            // No fault: of a local model that is busy, or a hosted one, whose lateness is counted where it is asked.
            boolean late = t instanceof AgentException failure && failure.code() == AgentException.Code.MODEL_DEADLINE;
            if (!stop.get() && !late) {
                Failures.note("speak", t);
            }
            end = new Piece.End(null, late ? "late" : "model");
        }
        tell(end, pieces, stop);
    }

    private static void tell(Piece.End end, BlockingQueue<Piece> pieces, AtomicBoolean stop) {
        try {
            while (!stop.get() && !pieces.offer(end, POLL.toMillis(), TimeUnit.MILLISECONDS)) {
                Thread.onSpinWait();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private Spoken listen(
            BlockingQueue<Piece> pieces, ProseFilter filter, BooleanSupplier cancelled, Consumer<String> words) {
        long start = System.nanoTime();
        boolean first = true;
        while (true) {
            long spent = System.nanoTime() - start;
            long allowed = (first ? limits.firstWord() : limits.words()).toNanos();
            if (cancelled.getAsBoolean()) {
                return unusable("cancelled", null);
            }
            if (spent >= allowed) {
                return unusable("late", null);
            }
            Piece piece = poll(pieces, Math.min(allowed - spent, POLL.toNanos()));
            switch (piece) {
                case null -> {}
                case Piece.Words(String text) -> {
                    first = false;
                    pass(filter.accept(text), words);
                    if (filter.stopped()) {
                        return unusable(filter.reason(), null);
                    }
                }
                case Piece.End(Reply reply, String failure) -> {
                    return ended(reply, failure, filter, words);
                }
            }
        }
    }

    private static @Nullable Piece poll(BlockingQueue<Piece> pieces, long nanos) {
        try {
            return pieces.poll(nanos, TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return new Piece.End(null, "interrupted");
        }
    }

    private static Spoken ended(@Nullable Reply reply, String failure, ProseFilter filter, Consumer<String> words) {
        if (reply == null) {
            return unusable(failure, null);
        }
        pass(filter.finish(), words);
        if (filter.stopped()) {
            return unusable(filter.reason(), reply);
        }
        Optional<String> text = whole(filter.text(), reply.finish());
        if (text.isEmpty() || filter.titles() == 0) {
            return unusable("garbled", reply);
        }
        return new Spoken(text.get(), "", reply.usage());
    }

    // A cut answer ends at its last whole sentence.
    private static Optional<String> whole(String raw, Reply.Finish finish) {
        String text = raw.strip();
        int end = Math.max(text.lastIndexOf('.'), Math.max(text.lastIndexOf('!'), text.lastIndexOf('?')));
        if (finish != Reply.Finish.STOP) {
            text = end < 0 ? "" : text.substring(0, end + 1);
        } else if (end != text.length() - 1 && !text.isEmpty()) {
            text = text + ".";
        }
        long letters = text.chars().filter(Character::isLetter).count();
        return text.length() < MIN_TEXT || letters * 2 < text.length() ? Optional.empty() : Optional.of(text);
    }

    private static void pass(String text, Consumer<String> words) {
        if (!text.isEmpty()) {
            words.accept(text);
        }
    }

    private static Spoken unusable(String reason, @Nullable Reply reply) {
        return new Spoken(null, reason, reply == null ? Usage.NONE : reply.usage());
    }
}
