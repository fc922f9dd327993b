package dev.palate.agent.llm.local;

import java.io.File;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/// One run of the model's process as the server sees it: started, spoken to, watched, ended. It is not restarted
/// here.
/// Thread-safe.
final class LocalModelProcess {
    private static final Duration QUIET_END = Duration.ofMillis(2_500);

    private final Process process;
    private final FrameStream frames;
    private final CountDownLatch loaded = new CountDownLatch(1);
    private final CountDownLatch ended = new CountDownLatch(1);
    private final AtomicReference<@Nullable Exchange> current = new AtomicReference<>();
    private volatile long lastSign = System.nanoTime();
    private volatile String endReason = "";

    private LocalModelProcess(Process process, CappedLog log) {
        this.process = process;
        this.frames = new FrameStream(process.getInputStream(), process.getOutputStream());
        Thread.ofPlatform().daemon().name("palate-model-log").start(() -> log.follow(process.getErrorStream()));
        Thread.ofPlatform().daemon().name("palate-model-read").start(() -> read(log));
    }

    /// Starts a process. On Linux it dies with the calling thread, which must therefore be the one that owns it.
    ///
    /// @throws IOException when it cannot be started
    static LocalModelProcess start(LocalModelOptions options, CappedLog log) throws IOException {
        var command = new java.util.ArrayList<>(List.of(
                System.getProperty("java.home") + File.separator + "bin" + File.separator + "java",
                "-Xmx256m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-XX:-UsePerfData",
                "-Xlog:disable",
                "-Xlog:all=error:stderr",
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                LocalModelMain.class.getName()));
        command.addAll(LocalModelMain.arguments(
                options.weights(),
                options.library(),
                options.settings(),
                ProcessHandle.current().pid()));
        var builder = new ProcessBuilder(command);
        // The server's own JVM options are not meant for the child.
        builder.environment()
                .keySet()
                .removeIf(name -> name.equals("JAVA_TOOL_OPTIONS") || name.equals("JDK_JAVA_OPTIONS"));
        return new LocalModelProcess(builder.start(), log);
    }

    long pid() {
        return process.pid();
    }

    /// Whether the weights were loaded within this time; false also when the process ended instead.
    boolean awaitLoaded(long millis) throws InterruptedException {
        return loaded.await(millis, TimeUnit.MILLISECONDS) && !hasEnded();
    }

    boolean awaitEnd(long millis) throws InterruptedException {
        return ended.await(millis, TimeUnit.MILLISECONDS);
    }

    boolean isAlive() {
        return process.isAlive();
    }

    boolean hasEnded() {
        return ended.getCount() == 0;
    }

    /// Why it ended, in words; empty while it runs.
    String endReason() {
        return endReason;
    }

    /// How long there was no frame from it.
    long silentNanos() {
        return System.nanoTime() - lastSign;
    }

    /// How long a call that nobody waits for keeps it busy; 0 when there is none.
    long drainingNanos() {
        Exchange exchange = current.get();
        return exchange == null ? 0 : exchange.drainingNanos(System.nanoTime());
    }

    /// Opens a call; there must be no other. When the process has ended the exchange is lost already.
    Exchange open(long id, Runnable released) {
        var exchange = new Exchange(id, released);
        Exchange before = current.getAndSet(exchange);
        if (before != null && !before.ended()) {
            throw new IllegalStateException("call " + before.id() + " is still under way");
        }
        if (hasEnded()) {
            exchange.lost(endReason);
        }
        return exchange;
    }

    /// Sends a command; a process that is gone shows in the exchange, not here.
    void send(Frame.Command command) {
        try {
            frames.write(command);
        } catch (IOException e) {
            process.destroyForcibly();
        }
    }

    /// Gives up on a call: what comes for it is dropped, and the process is asked to end it.
    void abandon(Exchange exchange) {
        if (!exchange.ended()) {
            exchange.abandon(System.nanoTime());
            send(new Frame.Cancel(exchange.id()));
        }
    }

    /// Kills it at once.
    void kill(String reason) {
        if (endReason.isEmpty()) {
            endReason = reason;
        }
        process.destroyForcibly();
    }

    /// Asks it to end, and kills it when it does not.
    void end() {
        endReason = "closed";
        try {
            process.getOutputStream().close();
            if (!process.waitFor(QUIET_END)) {
                process.destroyForcibly();
            }
        } catch (IOException e) {
            process.destroyForcibly();
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }

    private void read(CappedLog log) {
        String failure = "";
        try {
            while (true) {
                Frame frame = frames.read();
                lastSign = System.nanoTime();
                switch (frame) {
                    case Frame.Beat _ -> {}
                    case Frame.Loaded loadedFrame -> {
                        log.add("loaded in " + loadedFrame.millis() + " ms, process " + pid());
                        loaded.countDown();
                    }
                    case Frame.Piece piece -> deliver(piece.id(), piece);
                    case Frame.Final last -> deliver(last.id(), last);
                    case Frame.Command _ -> throw new IOException("broken stream: a command came back");
                }
            }
        } catch (IOException e) {
            failure = e instanceof java.io.EOFException ? "" : String.valueOf(e.getMessage());
        }
        process.destroyForcibly();
        ended(log, failure);
    }

    private void ended(CappedLog log, String failure) {
        String exit = "";
        try {
            exit = process.waitFor(QUIET_END) ? "exit code " + process.exitValue() : "still ending";
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        if (endReason.isEmpty()) {
            endReason = "the model process ended (" + exit + (failure.isEmpty() ? "" : ", " + failure) + ")";
        }
        log.add("process " + pid() + ": " + endReason);
        ended.countDown();
        loaded.countDown();
        Exchange exchange = current.get();
        if (exchange != null) {
            exchange.lost(endReason);
        }
    }

    private void deliver(long id, Frame.Event event) {
        Exchange exchange = current.get();
        if (exchange != null && exchange.id() == id) {
            exchange.came(event);
        }
    }

    @Override
    public String toString() {
        return "model process " + Objects.toString(process.pid());
    }
}
