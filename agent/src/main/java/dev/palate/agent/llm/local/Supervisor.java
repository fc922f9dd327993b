package dev.palate.agent.llm.local;

import dev.palate.agent.AgentException;
import dev.palate.agent.llm.Deadline;
import dev.palate.agent.llm.ForgottenPrompts;
import dev.palate.agent.llm.ModelSpeed;
import dev.palate.agent.llm.ModelState;
import dev.palate.prompts.PromptLibrary;
import dev.palate.prompts.SelfTestPrompt;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/// Owns the model's process: starts it, measures it, watches for its end, for silence and for calls that do not
/// stop, and starts it again. Restarts wait 0, 0.5, 1, 2 ... [#LONGEST_BACK_OFF]; a run as long as
/// [LocalModelOptions.Patience#healthy] begins anew; after [#START_ATTEMPTS] starts in a row that never got ready
/// it gives up. One platform thread owns the process for as long as it lives, because Linux ends the process with
/// that thread.
final class Supervisor implements AutoCloseable {
    static final int START_ATTEMPTS = 4;
    static final Duration LONGEST_BACK_OFF = Duration.ofSeconds(30);
    private static final Duration REMEASURE = Duration.ofSeconds(60);
    private static final Duration MEASURE_TIMEOUT = Duration.ofSeconds(60);
    private static final long WATCH_MILLIS = 100;
    private static final int MEASURED_TOKENS = 12;
    private static final int FEWEST_MEASURED = 8;
    private static final double SMOOTHING = 0.3;

    private final LocalModelOptions options;
    private final InstantSource clock;
    private final FairGate gate;
    private final AtomicLong ids;
    private final CappedLog log;
    private final PromptLibrary prompts = PromptLibrary.load();
    private final CountDownLatch closing = new CountDownLatch(1);
    private final Thread thread;

    private final AtomicLong restarts = new AtomicLong();
    private volatile ModelState state = new ModelState.Starting("starting the model process");
    private volatile @Nullable LocalModelProcess process;
    private volatile @Nullable LocalModelProcess ready;
    private volatile @Nullable ModelSpeed speed;
    private volatile boolean cold;

    Supervisor(LocalModelOptions options, InstantSource clock, FairGate gate, AtomicLong ids) {
        this.options = options;
        this.clock = clock;
        this.gate = gate;
        this.ids = ids;
        this.log = new CappedLog(options.logFile(), LocalModelOptions.LOG_BYTES, clock);
        this.thread = Thread.ofPlatform().daemon().name("palate-model").unstarted(this::supervise);
    }

    void start() {
        thread.start();
    }

    ModelState state() {
        ModelState now = state;
        LocalModelProcess running = ready;
        // The process may be gone a moment before the watch sees it.
        return now.usable() && (running == null || !running.isAlive())
                ? new ModelState.Restarting("the model process ended", 1)
                : now;
    }

    /// The process, when calls may go to it.
    @Nullable
    LocalModelProcess ready() {
        return ready;
    }

    /// How often a process that ended was followed by another.
    long restarts() {
        return restarts.get();
    }

    OptionalLong processId() {
        LocalModelProcess running = process;
        return running == null || running.hasEnded() ? OptionalLong.empty() : OptionalLong.of(running.pid());
    }

    /// Takes a served call into the measured speed.
    void observed(Frame.Work work) {
        ModelSpeed old = speed;
        int fresh = work.promptTokens() - work.cachedTokens();
        if (old == null) {
            return;
        }
        double reading = fresh < 2 * FEWEST_MEASURED || work.readNanos() <= 0
                ? old.promptTokensPerSecond()
                : smooth(old.promptTokensPerSecond(), fresh * 1e9 / work.readNanos());
        double writing = work.completionTokens() < FEWEST_MEASURED || work.writeNanos() <= 0
                ? old.generatedTokensPerSecond()
                : smooth(old.generatedTokensPerSecond(), work.completionTokens() * 1e9 / work.writeNanos());
        speed = new ModelSpeed(reading, writing);
        if (state.usable()) {
            judge();
        }
    }

    /// The process has forgotten its warm texts; they are read again when nobody asks for anything.
    void cooled() {
        cold = true;
    }

    /// Kills the process, so that its memory is gone when this returns; another is started.
    ///
    /// @throws AgentException `MODEL_LOST` when it does not end within five seconds
    ForgottenPrompts replace(LocalModelProcess running, String why) {
        running.kill(why);
        try {
            if (!running.awaitEnd(TimeUnit.SECONDS.toMillis(5))) {
                throw new AgentException(AgentException.Code.MODEL_LOST, running + " does not end: " + why);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AgentException(AgentException.Code.MODEL_CANCELLED, "interrupted while the model ended", e);
        }
        return new ForgottenPrompts(0, 0, 0, true);
    }

    @Override
    public void close() {
        closing.countDown();
        try {
            thread.join(Duration.ofSeconds(5));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void supervise() {
        int failedStarts = 0;
        int attempt = 0;
        while (!closed()) {
            long started = System.nanoTime();
            boolean gotReady = runOnce();
            LocalModelProcess ended = process;
            String reason = ended == null ? "the model process could not be started" : ended.endReason();
            process = null;
            if (closed()) {
                break;
            }
            failedStarts = gotReady ? 0 : failedStarts + 1;
            if (failedStarts == START_ATTEMPTS) {
                state = new ModelState.Failed(reason + ", " + START_ATTEMPTS + " times in a row: " + log.last()
                        + "; see " + options.logFile());
                return;
            }
            boolean healthy = gotReady
                    && System.nanoTime() - started
                            > options.patience().healthy().toNanos();
            attempt = healthy ? 1 : attempt + 1;
            state = new ModelState.Restarting(reason, attempt);
            restarts.incrementAndGet();
            pause(backOff(attempt));
        }
        state = new ModelState.Absent("closed");
    }

    private boolean runOnce() {
        LocalModelProcess started;
        try {
            started = LocalModelProcess.start(options, log);
        } catch (IOException e) {
            log.add("the model process could not be started: " + e.getMessage());
            return false;
        }
        process = started;
        boolean gotReady = false;
        try {
            if (awaitLoaded(started)) {
                measure(started);
                ready = started;
                judge();
                gotReady = true;
                watch(started);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (AgentException e) {
            log.add("self-test: " + e.getMessage());
            started.kill("the self-test failed: " + e.getMessage());
        } finally {
            if (ready != null) {
                state = new ModelState.Starting("restarting");
            }
            ready = null;
            finish(started);
        }
        return gotReady;
    }

    private void finish(LocalModelProcess ending) {
        if (closed()) {
            ending.end();
        } else {
            ending.kill("stopped");
        }
        try {
            boolean gone = ending.awaitEnd(TimeUnit.SECONDS.toMillis(5));
            if (!gone) {
                log.add(ending + " does not end");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private boolean awaitLoaded(LocalModelProcess started) throws InterruptedException {
        long start = System.nanoTime();
        while (!closed() && !started.hasEnded()) {
            if (started.awaitLoaded(WATCH_MILLIS)) {
                return true;
            }
            if (System.nanoTime() - start > options.patience().load().toNanos()) {
                started.kill("the weights were not loaded within "
                        + options.patience().load().toSeconds() + " s");
            }
            killIfSilent(started);
        }
        return false;
    }

    private void watch(LocalModelProcess running) throws InterruptedException {
        long measured = System.nanoTime();
        while (!closed() && !running.awaitEnd(WATCH_MILLIS)) {
            killIfSilent(running);
            if (running.drainingNanos() > options.patience().drain().toNanos()) {
                running.kill("a cancelled call did not end within "
                        + options.patience().drain().toSeconds() + " s");
            }
            if (cold && gate.waiting() == 0) {
                cold = false;
                warm(running);
            }
            if (state instanceof ModelState.Slow && System.nanoTime() - measured > REMEASURE.toNanos()) {
                speed = null;
                measure(running);
                judge();
                measured = System.nanoTime();
            }
        }
    }

    private void killIfSilent(LocalModelProcess running) {
        if (running.silentNanos() > options.patience().silence().toNanos()) {
            running.kill("no sign of life for " + options.patience().silence().toSeconds() + " s");
        }
    }

    /// Reads the warm texts as far as nobody waits; what is not read now is read when it is needed.
    private void warm(LocalModelProcess running) {
        for (String text : options.warm()) {
            if (gate.waiting() > 0) {
                return;
            }
            try {
                ask(running, text, "", 1);
            } catch (AgentException e) {
                log.add("a warm text was not read again: " + e.getMessage());
                return;
            }
        }
    }

    /// Reads the warm texts and, when the speed is not known, a short prompt.
    private void measure(LocalModelProcess running) {
        for (String text : options.warm()) {
            ask(running, text, "", 1);
        }
        if (speed != null) {
            return;
        }
        if (state instanceof ModelState.Starting) {
            state = new ModelState.Starting("measuring the speed");
        }
        // The number keeps the attention cache of an earlier measurement out of this one.
        var prompt = prompts.render(new SelfTestPrompt(clock.millis() % 1_000_000));
        Frame.Work work = ask(running, prompt.system(), prompt.user(), MEASURED_TOKENS);
        int fresh = Math.max(1, work.promptTokens() - work.cachedTokens());
        speed = new ModelSpeed(
                fresh * 1e9 / Math.max(1, work.readNanos()),
                Math.max(1, work.completionTokens()) * 1e9 / Math.max(1, work.writeNanos()));
    }

    private Frame.Work ask(LocalModelProcess running, String system, String user, int maxTokens) {
        Deadline deadline = Deadline.after(MEASURE_TIMEOUT, clock);
        gate.enter(deadline, this::closed);
        long id = ids.incrementAndGet();
        Exchange exchange = running.open(id, gate::leave);
        try {
            running.send(new Frame.Write(id, MEASURE_TIMEOUT.toMillis(), system, user, "", maxTokens));
            var talk = new Conversation(deadline, new dev.palate.agent.llm.TokenSink() {
                @Override
                public boolean accept(String piece) {
                    return true;
                }

                @Override
                public boolean cancelled() {
                    return closed();
                }
            });
            talk.run(exchange);
            Frame.Work work = talk.work();
            if (work == null) {
                throw LocalModel.late();
            }
            return work;
        } finally {
            running.abandon(exchange);
        }
    }

    private void judge() {
        ModelSpeed now = speed;
        ModelSpeed floor = options.floor();
        if (now == null) {
            return;
        }
        boolean enough = now.promptTokensPerSecond() >= floor.promptTokensPerSecond()
                && now.generatedTokensPerSecond() >= floor.generatedTokensPerSecond();
        String measured = "reads %.0f and writes %.1f tokens a second"
                .formatted(now.promptTokensPerSecond(), now.generatedTokensPerSecond());
        state = enough
                ? new ModelState.Ready(options.id() + " " + measured, Optional.of(now))
                : new ModelState.Slow(
                        options.id() + " only " + measured + ", at least "
                                + "%.0f and %.1f are needed: answers use templates, measured again every minute"
                                        .formatted(floor.promptTokensPerSecond(), floor.generatedTokensPerSecond()),
                        now);
    }

    private static double smooth(double old, double seen) {
        return (1 - SMOOTHING) * old + SMOOTHING * seen;
    }

    static Duration backOff(int attempt) {
        if (attempt <= 1) {
            return Duration.ZERO;
        }
        Duration wait = Duration.ofMillis(500L << Math.min(attempt - 2, 10));
        return wait.compareTo(LONGEST_BACK_OFF) > 0 ? LONGEST_BACK_OFF : wait;
    }

    private void pause(Duration wait) {
        try {
            boolean told = closing.await(wait.toMillis(), TimeUnit.MILLISECONDS);
            if (told) {
                log.add("closing");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private boolean closed() {
        return closing.getCount() == 0 || Thread.currentThread().isInterrupted() && Thread.currentThread() == thread;
    }
}
