package dev.palate.agent.llm.local;

import dev.palate.agent.AgentException;
import dev.palate.agent.AgentException.Code;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/// A lock between all processes, and all threads of this one, that pull the same file. The operating system frees
/// it when
/// its holder dies.
final class StoreLock implements AutoCloseable {
    private static final long POLL_NANOS = 250_000_000;

    private final FileChannel channel;

    private StoreLock(FileChannel channel) {
        this.channel = channel;
    }

    /// Waits until it is free.
    ///
    /// @throws AgentException `MODEL_CANCELLED` when the listener says so or the thread is interrupted
    static StoreLock take(Path file, long totalBytes, PullListener listener) throws IOException {
        FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        try {
            while (tryLock(channel) == null) {
                listener.progress("waiting for another pull", 0, totalBytes);
                if (listener.cancelled() || Thread.currentThread().isInterrupted()) {
                    throw new AgentException(
                            Code.MODEL_CANCELLED, "the pull was cancelled while it waited for another");
                }
                LockSupport.parkNanos(POLL_NANOS);
            }
            return new StoreLock(channel);
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
    }

    private static @Nullable FileLock tryLock(FileChannel channel) throws IOException {
        try {
            return channel.tryLock();
        } catch (OverlappingFileLockException e) {
            return null;
        }
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
