package dev.palate.agent.llm.local;

import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;

/// The child process that holds the model. It reads [Frame]s from standard input, writes them to standard output,
/// logs
/// to standard error, and ends within two seconds when standard input ends, also while it is inside a native call.
/// Started by [LocalModelProcess] only.
public final class LocalModelMain {
    static final Duration BEAT = Duration.ofMillis(500);
    private static final Duration LAST_GRACE = Duration.ofMillis(1_000);
    private static final long FORGET_MILLIS = 60_000;
    private static final int QUEUE = 4;
    private static final int EXIT_LOAD_FAILED = 3;
    private static final int EXIT_FAULT = 4;

    private final FrameStream frames;
    private final BlockingQueue<Frame.Command> commands = new ArrayBlockingQueue<>(QUEUE);
    private volatile boolean ending;
    private volatile long cancelled;

    private LocalModelMain(FrameStream frames) {
        this.frames = frames;
    }

    /// @param args weights, library folder, context tokens, threads, id of the parent process
    public static void main(String[] args) {
        if (args.length != 5) {
            System.err.println("usage: LocalModelMain WEIGHTS LIBRARY_DIRECTORY CONTEXT_TOKENS THREADS PARENT_PID");
            Runtime.getRuntime().halt(2);
        }
        ParentDeath.killsThisProcess();
        long parent = Long.parseLong(args[4]);
        // The parent may have died before the kernel was asked.
        if (ProcessHandle.current().parent().map(ProcessHandle::pid).orElse(-1L) != parent) {
            Runtime.getRuntime().halt(0);
        }
        var frames = new FrameStream(new FileInputStream(FileDescriptor.in), new FileOutputStream(FileDescriptor.out));
        System.setOut(System.err);
        var settings = new LlamaSession.Settings(Integer.parseInt(args[2]), Integer.parseInt(args[3]));
        new LocalModelMain(frames).run(Path.of(args[0]), Path.of(args[1]), settings);
    }

    private void run(Path weights, Path library, LlamaSession.Settings settings) {
        Thread.ofPlatform().daemon().name("beat").start(this::beat);
        Thread worker = Thread.ofPlatform().daemon().name("model").start(() -> work(weights, library, settings));
        readUntilTheEnd();
        ending = true;
        try {
            worker.join(LAST_GRACE);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        Runtime.getRuntime().halt(0);
    }

    private void readUntilTheEnd() {
        try {
            while (true) {
                switch (frames.read()) {
                    case Frame.Cancel cancel -> cancelled = cancel.id();
                    case Frame.Command command -> {
                        if (!commands.offer(command)) {
                            throw new IOException("more than " + QUEUE + " commands at once");
                        }
                    }
                    case Frame.Event event -> throw new IOException("an event came as a command: " + event);
                }
            }
        } catch (IOException e) {
            // The end of the stream is the usual way to be told to go; a broken one leaves nothing else to do.
            if (!(e instanceof java.io.EOFException)) {
                System.err.println("standard input failed: " + e.getMessage());
            }
        }
    }

    private void beat() {
        try {
            while (!ending) {
                frames.write(new Frame.Beat());
                Thread.sleep(BEAT);
            }
        } catch (IOException | InterruptedException e) {
            Runtime.getRuntime().halt(0);
        }
    }

    private void work(Path weights, Path library, LlamaSession.Settings settings) {
        int failure = EXIT_LOAD_FAILED;
        long start = System.nanoTime();
        try (var llama = new LlamaLibrary(library, System.err::println);
                var session = new LlamaSession(llama, weights, settings)) {
            frames.write(new Frame.Loaded(TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start)));
            failure = EXIT_FAULT;
            while (!ending) {
                Frame.Command command = commands.poll(BEAT.toMillis(), TimeUnit.MILLISECONDS);
                if (command != null) {
                    serve(session, command);
                }
            }
        } catch (IOException | InterruptedException e) {
            Runtime.getRuntime().halt(0);
        } catch (RuntimeException | LinkageError e) {
            System.err.println("model process: " + e);
            Runtime.getRuntime().halt(failure);
        }
    }

    private void serve(LlamaSession session, Frame.Command command) throws IOException {
        switch (command) {
            case Frame.Weigh weigh ->
                answer(session, weigh.id(), weigh.millis(), call -> {
                    var prompt = session.prompt(weigh.system(), weigh.user());
                    int reused = session.read(prompt);
                    long read = System.nanoTime();
                    double[] weights = session.weigh(weigh.options());
                    return new Frame.Weighed(
                            weigh.id(),
                            java.util.Arrays.stream(weights).boxed().toList(),
                            call.work(prompt, reused, 0, read));
                });
            case Frame.Write write -> answer(session, write.id(), write.millis(), call -> write(session, write, call));
            case Frame.Forget forget -> answer(session, forget.id(), FORGET_MILLIS, call -> forget(session, forget));
            case Frame.Cancel _ -> throw new IllegalStateException("cancellations are not queued");
        }
    }

    private static Frame.Final forget(LlamaSession session, Frame.Forget forget) {
        int tokens = session.cachedTokens();
        int prefixes = session.keptPrefixes();
        session.forget();
        // What earlier calls left on the heap goes with the collection, as far as the heap is written over.
        System.gc();
        return new Frame.Forgotten(forget.id(), tokens, prefixes, session.cachedTokens() + session.keptPrefixes());
    }

    private Frame.Final write(LlamaSession session, Frame.Write write, Call call) {
        var prompt = session.prompt(write.system(), write.user());
        int reused = session.read(prompt);
        long read = System.nanoTime();
        int[] tokens = {0};
        LlamaSession.End end = session.write(write.grammar(), write.maxTokens(), (text, count) -> {
            tokens[0] = count;
            if (!text.isEmpty()) {
                send(new Frame.Piece(write.id(), text));
            }
        });
        Frame.Ending ending = switch (end) {
            case STOP -> Frame.Ending.STOP;
            case LENGTH -> Frame.Ending.LENGTH;
            case ASKED -> call.late() ? Frame.Ending.TIME : Frame.Ending.CANCELLED;
        };
        return new Frame.Written(write.id(), ending, call.work(prompt, reused, tokens[0], read));
    }

    private final class Call {
        private final long id;
        private final long start = System.nanoTime();
        private final long millis;

        Call(long id, long millis) {
            this.id = id;
            this.millis = millis;
        }

        boolean late() {
            return System.nanoTime() - start > TimeUnit.MILLISECONDS.toNanos(millis);
        }

        boolean unwanted() {
            return ending || cancelled == id || late();
        }

        Frame.Work work(LlamaSession.Prompt prompt, int reused, int written, long read) {
            return new Frame.Work(prompt.tokens().length, reused, written, read - start, System.nanoTime() - read);
        }
    }

    @FunctionalInterface
    private interface Body {
        Frame.Final run(Call call);
    }

    private void answer(LlamaSession session, long id, long millis, Body body) throws IOException {
        var call = new Call(id, millis);
        session.stopWhen(call::unwanted);
        Frame.Final result;
        try {
            result = body.run(call);
        } catch (LlamaSession.Stopped e) {
            Frame.Reason reason = call.late() ? Frame.Reason.TIME : Frame.Reason.CANCELLED;
            result = new Frame.Refused(id, reason, "stopped before there was an answer");
        } catch (LlamaSession.TooLong e) {
            result = new Frame.Refused(id, Frame.Reason.TOO_LONG, String.valueOf(e.getMessage()));
        } catch (IllegalArgumentException e) {
            result = new Frame.Refused(id, Frame.Reason.BAD_REQUEST, String.valueOf(e.getMessage()));
        } finally {
            session.stopWhen(() -> ending);
        }
        frames.write(result);
    }

    private void send(Frame frame) {
        try {
            frames.write(frame);
        } catch (IOException e) {
            Runtime.getRuntime().halt(0);
        }
    }

    /// Names of the arguments, for the process that starts this one.
    static List<String> arguments(Path weights, Path library, LlamaSession.Settings settings, long parent) {
        return List.of(
                weights.toString(),
                library.toString(),
                Integer.toString(settings.contextTokens()),
                Integer.toString(settings.threads()),
                Long.toString(parent));
    }
}
