package dev.palate.web.admin;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.openqa.selenium.By;

/// The page of the embedding lab in Chromium, over a small log: empty, refused, measuring, chosen from.
@Timeout(400)
class LabPagesBrowserTest extends BrowserTest {
    @BeforeAll
    static void start() {
        start(ModelPagesBrowserTest::fill);
    }

    @Override
    boolean expected(String complaint) {
        return complaint.contains("409");
    }

    @Test
    void tablesAreMeasuredAndChosen() throws InterruptedException {
        browser.open(server.loginLink());
        browser.open(server.url("/lab"));
        assertThat(browser.one("main").getText())
                .contains("It learns no vectors of this kind")
                .contains("Nothing was measured yet");
        browser.size(1280, 1000);
        browser.shot("lab-empty");
        browser.one(".measure input[name=budgets]").clear();
        browser.one(".measure input[name=budgets]").sendKeys("eight");
        browser.one(".measure button").click();
        assertThat(browser.one("[role=alert]").getText()).contains("one was {eight}");

        browser.open(server.url("/lab"));
        browser.one(".measure button").click();
        browser.one("#running progress");
        browser.shot("lab-running");
        Instant end = Instant.now().plusSeconds(300);
        while (browser.all(".plot svg").isEmpty()) {
            assertThat(Instant.now()).as("the page anew at the end").isBefore(end);
            Thread.sleep(500);
        }
        assertThat(browser.all("tr[data-table]")).hasSizeGreaterThan(15);
        assertThat(browser.one(".plot svg").getAttribute("aria-label")).isEqualTo("Recall@20 against bytes");
        browser.one("tr[data-table='pq@8x'] button").click();
        browser.until(
                "the choice", () -> browser.one(".chosen").getText().contains("keeps the vectors of items in pq@8x"));
        assertThat(browser.one("tr[data-table='pq@8x'] .tag").getText()).isEqualTo("items");
        browser.all("tr[data-table='hash@8x'] button").getLast().click();
        browser.until("the users", () -> browser.one(".chosen").getText().contains("kept in hash@8x"));
        assertThat(browser.one(".chosen .note").getText()).contains("mixes the tastes of users");
        browser.size(1440, 2200);
        browser.shot("lab");
        browser.dark(true);
        browser.size(390, 1600);
        assertThat(browser.run("return document.documentElement.scrollWidth <= window.innerWidth"))
                .as("nothing is wider than the window")
                .isEqualTo(true);
        browser.shot("lab-narrow-dark");
        browser.dark(false);
        browser.size(1440, 1300);
        browser.one(".chosen form[action='/lab/forget'] button").click();
        browser.until(
                "the settings",
                () -> browser.one(".chosen")
                        .findElement(By.className("faint"))
                        .getText()
                        .contains("As the settings"));
        browser.open(server.url("/models"));
        assertThat(browser.one("main a[href='/lab']").getText()).isEqualTo("embedding lab");
    }
}
