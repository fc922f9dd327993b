package dev.palate.agent.llm.local;

import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicReference;

/// What befalls the model's process from outside: signals, and bytes that are lost, garbled or put into the pipes
/// between it and the server, through the process's own ends of them below `/proc`. On Linux. Stateless.
public final class ProcessFaults {
    /// The pipe of commands.
    public static final int COMMANDS = 0;
    /// The pipe of answers.
    public static final int ANSWERS = 1;

    private ProcessFaults() {}

    /// Whether the pipes of processes can be reached here.
    public static boolean possible() {
        return Files.isDirectory(Path.of("/proc/self/fd"));
    }

    /// Sends a signal, such as `KILL`, `STOP`, `CONT`; nothing to one that is gone.
    public static void signal(long pid, String name) throws IOException, InterruptedException {
        Process kill = new ProcessBuilder("kill", "-" + name, Long.toString(pid))
                .redirectErrorStream(true)
                .start();
        kill.getInputStream().transferTo(java.io.OutputStream.nullOutputStream());
        kill.waitFor();
    }

    /// Takes the next bytes that go through a pipe, so that its reader never sees them.
    ///
    /// @param most of them
    /// @return what was taken; empty when nothing came in time, and then what comes next is taken later
    public static byte[] take(long pid, int pipe, int most, Duration within) throws InterruptedException {
        var taken = new AtomicReference<>(new byte[0]);
        Thread thief = Thread.ofPlatform().daemon().name("thief").start(() -> {
            try (var in = new FileInputStream(end(pid, pipe))) {
                byte[] bytes = new byte[most];
                int count = in.read(bytes);
                taken.set(count <= 0 ? new byte[0] : Arrays.copyOf(bytes, count));
            } catch (IOException e) {
                // The process is gone, which is a fault of its own.
                taken.set(new byte[0]);
            }
        });
        thief.join(within);
        return taken.get();
    }

    /// Puts bytes between those that go through a pipe.
    ///
    /// @return false when the process is gone
    public static boolean put(long pid, int pipe, byte[] bytes) {
        try (var out = new FileOutputStream(end(pid, pipe))) {
            out.write(bytes);
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    private static String end(long pid, int pipe) {
        return "/proc/" + pid + "/fd/" + pipe;
    }
}
