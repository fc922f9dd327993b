package dev.palate.retrieval.candidate;

import dev.palate.memory.Require;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BiConsumer;

/// Runs sources side by side, each on a virtual thread of its own, under one deadline. Those that answer promptly run
/// on the thread that asks, while the others are under way, and so do those that only compute, as long as none of their
/// own threads has begun with them: who asks would but wait. Neither where there are very many items.
///
/// A source that throws is left out. One that is late is interrupted and left behind: nobody waits for it, but while
/// [Options#maxInFlight] calls of one source are still under way, further ones count as late at once. Thread-safe.
public final class ParallelSources implements AutoCloseable {
    /// @param maxInFlight calls of one source at the same time, 1 to 10,000
    /// @param maxSources in one call, 1 to 64
    public record Options(int maxInFlight, int maxSources) {
        /// 64 calls, 24 sources.
        public static final Options DEFAULT = new Options(64, 24);

        public Options {
            Require.range("maxInFlight", maxInFlight, 1, 10_000);
            Require.range("maxSources", maxSources, 1, 64);
        }
    }

    private static final System.Logger LOG = System.getLogger(ParallelSources.class.getName());

    /// Over more items a few passes are worth a thread.
    private static final int MAX_ITEMS_AT_ONCE = 50_000;

    private final List<CandidateSource> sources;
    private final Map<String, Semaphore> inFlight = new LinkedHashMap<>();
    private final ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor();

    /// @throws IllegalArgumentException when there are too many sources or two give the same signal
    public ParallelSources(List<CandidateSource> sources, Options options) {
        Require.range("number of sources", sources.size(), 1, options.maxSources);
        this.sources = List.copyOf(sources);
        for (CandidateSource source : sources) {
            if (inFlight.put(source.signal(), new Semaphore(options.maxInFlight)) != null) {
                throw new IllegalArgumentException("two sources give the signal " + source.signal());
            }
        }
    }

    /// What the sources answer within the time given. Never throws for what a source does.
    public Gathered gather(Wish wish, Duration atMost) {
        return gather(wish, atMost, (signal, answer) -> {});
    }

    /// The same.
    ///
    /// @param answered called with the signal and the answer of each source, as a part of its work; thread-safe
    public Gathered gather(Wish wish, Duration atMost, BiConsumer<String, Scored> answered) {
        long end = System.nanoTime() + atMost.toNanos();
        List<Optional<Future<Optional<Scored>>>> calls = calls(wish, end, answered);
        Map<String, Scored> answers = new LinkedHashMap<>();
        List<String> degraded = new ArrayList<>();
        boolean stop = false;
        for (int at = 0; at < calls.size(); at++) {
            String signal = sources.get(at).signal();
            try {
                if (calls.get(at).isEmpty()) {
                    throw new TimeoutException();
                }
                long left = Math.max(0, end - System.nanoTime());
                calls.get(at).get().get(left, TimeUnit.NANOSECONDS).ifPresent(scored -> answers.put(signal, scored));
            } catch (ExecutionException failed) {
                degraded.add(signal);
                Throwable cause = failed.getCause();
                // Only the kind of failure: its message may quote the user.
                LOG.log(
                        System.Logger.Level.WARNING,
                        "source {0} failed with {1}",
                        signal,
                        cause == null ? "nothing" : cause.getClass().getName());
            } catch (TimeoutException late) {
                degraded.add(signal);
                calls.get(at).ifPresent(call -> call.cancel(true));
                LOG.log(System.Logger.Level.DEBUG, "source {0} was late and is left behind", signal);
            } catch (InterruptedException interrupted) {
                // Asked to stop: what is there by now is the answer.
                end = System.nanoTime();
                stop = true;
                degraded.add(signal);
                calls.get(at).ifPresent(call -> call.cancel(true));
            }
        }
        if (stop) {
            Thread.currentThread().interrupt();
        }
        return new Gathered(answers, degraded);
    }

    /// A call of the source at a place, on a thread of its own.
    private record Begun(int at, Call call) {}

    /// What is under way or done, by source; empty where it could not begin.
    private List<Optional<Future<Optional<Scored>>>> calls(Wish wish, long end, BiConsumer<String, Scored> answered) {
        boolean few = wish.catalog().size() <= MAX_ITEMS_AT_ONCE;
        List<Optional<Future<Optional<Scored>>>> calls =
                new ArrayList<>(Collections.nCopies(sources.size(), Optional.empty()));
        List<Integer> here = new ArrayList<>(sources.size());
        List<Integer> others = new ArrayList<>(sources.size());
        for (int at = 0; at < sources.size(); at++) {
            (few && sources.get(at).prompt(wish) ? here : others).add(at);
        }
        // The longest first, so that no core waits for one that began last.
        others.sort(Comparator.comparingInt(at -> -sources.get(at).cost()));
        List<Begun> begun = new ArrayList<>(others.size());
        for (int at : others) {
            start(sources.get(at), wish, answered).ifPresent(call -> {
                begun.add(new Begun(at, call));
                calls.set(at, Optional.of(call));
            });
        }
        for (int at : here) {
            FutureTask<Optional<Scored>> call = new FutureTask<>(() -> score(sources.get(at), wish, answered));
            if (end - System.nanoTime() > 0) {
                call.run();
            }
            calls.set(at, Optional.of(call));
        }
        for (Begun one : begun.reversed()) {
            if (few && sources.get(one.at).computes(wish) && end - System.nanoTime() > 0) {
                // Nothing happens where its own thread has begun.
                one.call.run();
            }
        }
        return calls;
    }

    private Optional<Call> start(CandidateSource source, Wish wish, BiConsumer<String, Scored> answered) {
        Semaphore free = Objects.requireNonNull(inFlight.get(source.signal()));
        if (!free.tryAcquire()) {
            return Optional.empty();
        }
        Call call = new Call(() -> score(source, wish, answered), free);
        try {
            executor.execute(call);
            return Optional.of(call);
        } catch (RejectedExecutionException closed) {
            call.cancel(false);
            throw new IllegalStateException("the sources are closed", closed);
        }
    }

    /// A call that holds a place until its work is over, whoever does it, or until it is cancelled before anybody has
    /// begun.
    private static final class Call extends FutureTask<Optional<Scored>> {
        private final AtomicBoolean settled;
        private final Semaphore place;

        Call(Callable<Optional<Scored>> work, Semaphore place) {
            this(work, place, new AtomicBoolean());
        }

        private Call(Callable<Optional<Scored>> work, Semaphore place, AtomicBoolean settled) {
            super(() -> {
                if (!settled.compareAndSet(false, true)) {
                    return Optional.empty();
                }
                try {
                    return work.call();
                } finally {
                    place.release();
                }
            });
            this.settled = settled;
            this.place = place;
        }

        @Override
        protected void done() {
            if (isCancelled() && settled.compareAndSet(false, true)) {
                place.release();
            }
        }
    }

    private static Optional<Scored> score(CandidateSource source, Wish wish, BiConsumer<String, Scored> answered) {
        Optional<Scored> answer = source.score(wish);
        answer.ifPresent(found -> answered.accept(source.signal(), found));
        return answer;
    }

    /// Interrupts what is under way and waits for nothing.
    @Override
    public void close() {
        executor.shutdownNow();
    }
}
