package dev.palate.web.admin;

import static org.assertj.core.api.Assertions.assertThat;

import dev.palate.memory.catalog.ItemId;
import dev.palate.memory.interaction.Feedback;
import dev.palate.memory.interaction.Interaction;
import dev.palate.memory.interaction.InteractionId;
import dev.palate.memory.sql.DataDirectory;
import dev.palate.memory.sql.SqlTruth;
import dev.palate.memory.user.UserId;
import dev.palate.retrieval.embedding.ModelRegistry;
import dev.palate.retrieval.embedding.ModelSnapshot;
import dev.palate.retrieval.embedding.Verdict;
import dev.palate.retrieval.ranking.RankerWeights;
import dev.palate.retrieval.sequence.TorchRuntime;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.openqa.selenium.By;
import org.openqa.selenium.WebElement;

/// The page of the model in Chromium, over a small log: trained, refused, served all the same, rolled back.
@Timeout(300)
class ModelPagesBrowserTest extends BrowserTest {
    @BeforeAll
    static void start() {
        start(ModelPagesBrowserTest::fill);
    }

    @Override
    boolean expected(String complaint) {
        return complaint.contains("409");
    }

    @Test
    void aModelIsTrainedServedAllTheSameAndRolledBack() throws Exception {
        browser.open(server.loginLink());
        browser.open(server.url("/models"));
        assertThat(browser.one("main").getText())
                .contains("No model is in use yet")
                .contains("only when somebody asks");
        browser.one("#running button").click();
        browser.one("#running progress");
        boolean withCurve = TorchRuntime.of(System.getenv()).jars().isPresent();
        if (withCurve) {
            browser.until(
                    "a curve of the training under way",
                    () -> browser.all("#running .curves svg").size() == 2);
            browser.shot("models-running");
        }
        browser.until(
                "the page anew at the end",
                () -> !browser.all(".memory[data-version]").isEmpty());
        assertThat(browser.one(".memory[data-job] b").getText()).isEqualTo("Asked for: succeeded");
        if (withCurve) {
            assertThat(browser.one(".memory[data-job] .curves svg").getAttribute("aria-label"))
                    .matches("Loss: from [\\d.]+ in epoch 1 to [\\d.]+ in epoch \\d+, best .*");
            String points = String.valueOf(
                    browser.one(".memory[data-job] .curves polyline").getAttribute("points"));
            assertThat(points.split(" ")).hasSizeGreaterThan(1).allMatch(point -> point.matches("[\\d.]+,[\\d.]+"));
        }
        String good = browser.one(".memory[data-version]").getAttribute("data-version");

        String bad = worse();
        browser.reload();
        WebElement refused = browser.one(".memory[data-version='" + bad + "']");
        assertThat(refused.getText()).contains("refused");
        // The browser asks for the reason itself; without that the server does.
        browser.run("document.querySelector('.models input[name=reason]').required = false");
        refused.findElement(By.tagName("button")).click();
        assertThat(browser.one("[role=alert]").getText()).contains("or activate it with a reason");
        browser.one(".memory[data-version='" + bad + "'] input[name=reason]").sendKeys("the held-out week was odd");
        browser.one(".memory[data-version='" + bad + "'] button").click();
        browser.until(
                "the refused model", () -> browser.one("main section").getText().contains(bad));
        assertThat(browser.one("main section").getText())
                .contains("The quality gate had refused it. It is served because: the held-out week was odd");
        assertThat(browser.one(".receipt tbody tr").getText())
                .contains("operator:page")
                .contains("the held-out week was odd (against the quality gate)");
        browser.size(1440, 1300);
        browser.shot("models");
        browser.dark(true);
        browser.size(390, 1300);
        assertThat(browser.run("return document.documentElement.scrollWidth <= window.innerWidth"))
                .as("nothing is wider than the window")
                .isEqualTo(true);
        browser.shot("models-narrow-dark");
        browser.dark(false);
        browser.size(1440, 1000);

        browser.one(".memory[data-version='" + good + "'] button").click();
        browser.until(
                "the model before", () -> browser.one("main section").getText().contains(good));
        assertThat(browser.one(".receipt tbody tr").getText()).contains("rolled back from " + bad);
    }

    /// A copy of the served model that the gate refused.
    private static String worse() throws Exception {
        ModelRegistry registry = ModelRegistry.open(folder.resolve("models"));
        ModelSnapshot first = registry.active().orElseThrow();
        String version = "29990101T000000000Z";
        ModelSnapshot.About about = first.about();
        ModelSnapshot other = new ModelSnapshot(
                new ModelSnapshot.About(
                        new dev.palate.retrieval.embedding.ModelVersion(version),
                        about.trainedAt(),
                        about.seed(),
                        about.changeNumber(),
                        about.users(),
                        about.events(),
                        about.easeDecay(),
                        about.knnDecay()),
                first.items(),
                first.factors(),
                first.sparseFactors(),
                first.ease(),
                first.knn(),
                first.transitions(),
                first.next(),
                first.popularity(),
                RankerWeights.FIXED,
                new Verdict(false, about.version().value(), 60, -.1, -.2, -.05));
        Path made = Files.createTempDirectory("palate-models").resolve("model");
        other.write(made);
        Files.move(made, registry.file(other.about().version()));
        return version;
    }

    /// The next item follows from the last one, mostly.
    static void fill(Path folder) {
        SplittableRandom random = new SplittableRandom(5);
        List<Interaction> events = new ArrayList<>();
        for (int user = 0; user < 300; user++) {
            int item = random.nextInt(120);
            for (int step = 0; step < 15; step++) {
                events.add(new Interaction(
                        new InteractionId(user + "-" + step),
                        new UserId("u" + user),
                        new ItemId("i" + item),
                        new Feedback.Rated(5),
                        Instant.parse("2026-01-01T00:00:00Z").plusSeconds(100_000L * step + user),
                        null));
                item = (item + (random.nextInt(8) == 0 ? 7 : 1)) % 120;
            }
        }
        try (DataDirectory data = DataDirectory.open(folder);
                SqlTruth truth = SqlTruth.open(data, Clock.systemUTC())) {
            truth.interactions().append(events);
        }
    }
}
