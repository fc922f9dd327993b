package dev.palate.web.admin;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.TempDir;

/// A browser in front of a server of its own, for one class of tests; the console stays quiet in each.
abstract class BrowserTest {
    @TempDir
    static Path folder;

    @SuppressWarnings("NullAway.Init")
    static DemoServer server;

    @SuppressWarnings("NullAway.Init")
    static Chromium browser;

    /// To be called before all tests.
    ///
    /// @param fill what stands in the data directory at the start
    static void start(Consumer<Path> fill) {
        browser = Chromium.start();
        fill.accept(folder);
        server = DemoServer.start(folder);
    }

    @AfterAll
    static void stop() {
        if (browser != null) {
            browser.close();
        }
        if (server != null) {
            server.close();
        }
    }

    @AfterEach
    void theConsoleIsQuiet() {
        assertThat(browser.complaints()).allMatch(this::expected);
    }

    /// Whether the console may say that.
    boolean expected(String complaint) {
        return false;
    }

    /// A new user on the empty chat page.
    static void arriveAsANewUser(int width) {
        browser.size(width, 1000);
        browser.dark(false);
        browser.open(server.loginLink());
        String before = eyes();
        browser.one(".picker summary").click();
        browser.one(".people button").click();
        browser.until("the new user", () -> !eyes().isEmpty() && !eyes().equals(before));
        assertThat(browser.one(".picker summary b").getText()).isEqualTo("a new user");
        browser.one(".empty h1");
    }

    /// The user whose eyes the page was made for; the session may be ahead of it while a page loads.
    static String eyes() {
        return String.valueOf(browser.run("return document.getElementById('thread')?.dataset.user ?? ''"));
    }
}
