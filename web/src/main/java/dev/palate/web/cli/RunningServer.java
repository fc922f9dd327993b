package dev.palate.web.cli;

import dev.palate.web.PalateApplication;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.web.server.servlet.context.ServletWebServerApplicationContext;
import org.springframework.context.ApplicationListener;
import org.springframework.context.event.ContextClosedEvent;

/// A server in this process: started, asked for its parts, waited for. Thread-safe.
final class RunningServer {
    private final ServletWebServerApplicationContext context;
    private final CountDownLatch closed;

    private RunningServer(ServletWebServerApplicationContext context, CountDownLatch closed) {
        this.context = context;
        this.closed = closed;
    }

    /// What a server is started with.
    ///
    /// @param port 0 for a free one; absent below 0: as the settings say
    /// @param domain the pack of words, absent for what the settings say
    record Options(
            Path directory,
            int port,
            boolean languageModel,
            @Nullable String domain) {
        /// With the pack of the settings.
        Options(Path directory, int port, boolean languageModel) {
            this(directory, port, languageModel, null);
        }
    }

    /// Starts and returns when it answers.
    static RunningServer start(Options options) throws IOException {
        makePrivate(options.directory());
        CountDownLatch closed = new CountDownLatch(1);
        SpringApplication application = new SpringApplication(PalateApplication.class);
        application.setDefaultProperties(logging(options.directory().resolve("logs")));
        application.addListeners((ApplicationListener<ContextClosedEvent>) event -> closed.countDown());
        return new RunningServer((ServletWebServerApplicationContext) application.run(arguments(options)), closed);
    }

    private static String[] arguments(Options options) {
        List<String> arguments = new ArrayList<>();
        arguments.add("--palate.data-directory=" + options.directory());
        if (options.port() >= 0) {
            arguments.add("--server.port=" + options.port());
        }
        if (options.domain() != null) {
            arguments.add("--palate.domain=" + options.domain());
        }
        if (!options.languageModel()) {
            arguments.add("--palate.llm.enabled=false");
        }
        return arguments.toArray(String[]::new);
    }

    /// Older files stay as plain text, so that erasing a user can find and overwrite the id in them.
    private static Map<String, Object> logging(Path folder) {
        Path log = folder.resolve("palate.log");
        return Map.of(
                "logging.file.name", log.toString(),
                "logging.logback.rollingpolicy.file-name-pattern", log + ".%d{yyyy-MM-dd}.%i",
                "logging.logback.rollingpolicy.max-file-size", "10MB",
                "logging.logback.rollingpolicy.max-history", "5",
                "logging.logback.rollingpolicy.total-size-cap", "60MB",
                "logging.threshold.console", "warn");
    }

    /// The log is opened before the data directory is: its folder must not be readable for a moment.
    private static void makePrivate(Path directory) throws IOException {
        if (!Files.exists(directory) && directory.toAbsolutePath().getParent() != null) {
            Files.createDirectories(directory.toAbsolutePath().getParent());
            if (Files.getFileStore(directory.toAbsolutePath().getParent()).supportsFileAttributeView("posix")) {
                Files.createDirectory(
                        directory, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
            }
        }
    }

    /// A part of the server.
    <T> T part(Class<T> type) {
        return context.getBean(type);
    }

    /// The port it listens on.
    int port() {
        return java.util.Objects.requireNonNull(context.getWebServer()).getPort();
    }

    /// Where it is reached from this machine, such as `http://127.0.0.1:8080`.
    String address() {
        return "http://127.0.0.1:" + port();
    }

    /// True while it has not been closed.
    boolean open() {
        return closed.getCount() > 0;
    }

    /// Waits until the server is closed, by a signal or by [#close].
    void awaitClosed() throws InterruptedException {
        closed.await();
    }

    /// Closes it.
    void close() {
        context.close();
    }

    /// True when a server that answers holds the directory.
    static boolean isRunning(Path directory) {
        return LocalCalls.server(directory).isPresent();
    }
}
