package dev.palate.web.admin;

import dev.palate.memory.dataset.DatasetImport;
import dev.palate.memory.dataset.MovieLensReader;
import dev.palate.memory.index.IndexChanges;
import dev.palate.memory.sql.DataDirectory;
import dev.palate.memory.sql.SqlTruth;
import dev.palate.web.PalateApplication;
import dev.palate.web.security.LoginLinks;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Objects;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.web.server.servlet.context.ServletWebServerApplicationContext;

/// The server as the demo runs it, over the shipped data set, on a free port: real store, index, recommender and agent,
/// hashed texts, no language model, no trained collaborative model.
final class DemoServer implements AutoCloseable {
    private static final Path FILMS = Path.of(System.getProperty("palate.project.root", ".."))
            .resolve("datasets")
            .resolve("ml-latest-small");

    private final ServletWebServerApplicationContext context;

    private DemoServer(ServletWebServerApplicationContext context) {
        this.context = context;
    }

    /// Brings the whole data set into the directory.
    static void fill(Path directory) {
        assert Files.isDirectory(FILMS);
        Clock clock = Clock.systemUTC();
        try (DataDirectory data = DataDirectory.open(directory);
                SqlTruth truth = SqlTruth.open(data, clock)) {
            DatasetImport.Target target = new DatasetImport.Target(
                    truth.catalog(), truth.users(), truth.interactions(), truth.jobs(), data.logs());
            new DatasetImport(target, clock, 0.01).run(new MovieLensReader(FILMS), (_, _, _) -> {});
        }
    }

    static DemoServer start(Path directory) {
        return new DemoServer((ServletWebServerApplicationContext) new SpringApplicationBuilder(PalateApplication.class)
                .run(
                        "--palate.data-directory=" + directory,
                        "--palate.encoder=hashing",
                        "--palate.llm.enabled=false",
                        "--palate.training.automatic=false",
                        "--server.port=0"));
    }

    /// Waits until every text has its vector.
    void awaitEncoded() throws InterruptedException {
        if (!context.getBean(IndexChanges.class).awaitEncoded(Duration.ofMinutes(2))) {
            throw new IllegalStateException("the texts did not get their vectors");
        }
    }

    String url(String path) {
        return "http://127.0.0.1:"
                + Objects.requireNonNull(context.getWebServer()).getPort() + path;
    }

    /// A link that works once.
    String loginLink() {
        return url("/login?token=" + context.getBean(LoginLinks.class).issue());
    }

    @Override
    public void close() {
        context.close();
    }
}
