package dev.palate.web.admin;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.openqa.selenium.Keys;
import org.openqa.selenium.WebElement;

/// The pages of turns and the preview beside a memory in Chromium, over the shipped films.
@Timeout(300)
class TracePagesBrowserTest extends BrowserTest {
    private static final String WISH = "I loved Blade Runner and The Matrix, but no horror";

    @BeforeAll
    static void start() throws InterruptedException {
        start(DemoServer::fill);
        server.awaitEncoded();
    }

    /// Every test begins as a new user on the empty chat page.
    @BeforeEach
    void arrive() {
        arriveAsANewUser(1280);
    }

    private static void say(String text, int turn) {
        browser.one("#message").sendKeys(text, Keys.ENTER);
        browser.until(
                "the answer",
                () -> browser.all(".turn .footnote span").size() >= turn
                        && browser.all(".answer[aria-busy=true]").isEmpty());
    }

    @Test
    void aTurnIsLookedAtStepByStepAndRunAgain() {
        browser.open(server.url("/turns"));
        assertThat(browser.one(".nothing h2").getText()).isEqualTo("No turns here");
        browser.shot("turns-none");
        browser.open(server.url("/chat"));
        say(WISH, 1);
        say("something newer", 2);

        browser.open(server.url("/turns"));
        assertThat(browser.texts(".memory .whole")).containsExactly("something newer", WISH);
        browser.shot("turns-light");
        browser.all(".memory .whole").getLast().click();
        browser.one(".steps");
        List<String> steps = browser.texts(".steps h2");
        assertThat(steps)
                .containsSubsequence(
                        "Memories read", "Understood", "Memories written", "Candidates", "Ranking", "Shown", "Words");
        assertThat(step("understand").getText()).contains("no horror");
        assertThat(step("recall_again").getText()).contains("Loved Blade Runner");
        assertThat(step("retrieve").getText())
                .contains("passed the hard filters")
                .contains("Popular");
        assertThat(step("rank").findElements(org.openqa.selenium.By.cssSelector(".place")))
                .hasSize(10);
        step("rank")
                .findElement(org.openqa.selenium.By.cssSelector(".place summary"))
                .click();
        assertThat(step("rank")
                        .findElement(org.openqa.selenium.By.cssSelector(".place .parts"))
                        .getText())
                .isNotBlank();
        // Not under the bar that stays at the top.
        browser.run("scrollTo(0, 0)");
        browser.one("#replay button").click();
        browser.until("the replay", () -> !browser.all(".replayed h2").isEmpty());
        assertThat(browser.one("#replay").getText()).contains("The same again, bit for bit");
        browser.shot("turn-light");
        browser.dark(true);
        browser.size(420, 1000);
        browser.shot("turn-dark-narrow");
        assertThat(browser.run("return document.documentElement.scrollWidth <= innerWidth"))
                .as("nothing sticks out")
                .isEqualTo(true);
    }

    private static WebElement step(String name) {
        return browser.one(".steps [data-step=" + name + "]");
    }

    @Test
    void aMemoryIsPreviewedAwayAndWithOtherWords() {
        say("I love westerns", 1);
        browser.open(server.url("/memories"));
        browser.one(".memory .acts a[title^='Preview']").click();
        browser.until(
                "the panel", () -> !browser.all("dialog[open] .both .place").isEmpty());
        assertThat(browser.texts("dialog h3")).containsExactly("As it is", "Without it");
        assertThat(browser.all("dialog .both ol")).hasSize(2);
        assertThat(browser.all("dialog .place.new")).as("what comes instead").isNotEmpty();
        browser.shot("preview-light");
        WebElement text = browser.one("dialog input[name=text]");
        text.clear();
        text.sendKeys("Does not like westerns", Keys.ENTER);
        browser.until("the other wording", () -> browser.texts("dialog h3").contains("As if it said that"));
        assertThat(browser.all("dialog .place.gone, dialog .place.down, dialog .place.new"))
                .isNotEmpty();
        browser.one("dialog .side-head button").click();
        assertThat(browser.one(".memory h2").getText())
                .as("nothing was written")
                .isEqualTo("Likes westerns");
    }
}
