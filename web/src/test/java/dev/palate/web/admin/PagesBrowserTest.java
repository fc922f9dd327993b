package dev.palate.web.admin;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.openqa.selenium.By;
import org.openqa.selenium.Keys;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.support.ui.Select;

/// The pages in Chromium, over the shipped films, without a language model. Screenshots are kept under
/// `target/screenshots`.
class PagesBrowserTest extends BrowserTest {
    private static final String WISH = "I loved Blade Runner and The Matrix, but no horror";
    private static final String NEUTRAL = "Something else";
    private static final String CARD = "//li[contains(@class,'memory')][.//h2[contains(.,'%s')]]";

    @BeforeAll
    static void start() {
        start(DemoServer::fill);
    }

    /// Every test begins as a new user on the empty chat page.
    @BeforeEach
    void arrive() {
        arriveAsANewUser(1440);
    }

    @Test
    void whatIsSaidShapesTheListAndItsCorrectionTheNextOneAlsoAfterARestart() {
        say(WISH);
        assertThat(genres()).as("genres on the cards").isNotEmpty().doesNotContain("Horror");
        assertThat(String.join("\n", browser.texts(".film .reason")))
                .contains("Blade Runner")
                .contains("The Matrix");
        assertThat(browser.texts(".film h3 span:first-child")).doesNotContain("Blade Runner", "The Matrix");
        assertThat(browser.run("return document.querySelector('.slate').compareDocumentPosition("
                        + "document.querySelector('.words')) & Node.DOCUMENT_POSITION_FOLLOWING"))
                .as("films stand before the words")
                .isEqualTo(4L);
        assertThat(browser.one(".words").getText()).isNotBlank();
        assertThat(browser.one(".footnote").getText()).startsWith("T0");
        browser.size(1440, 1220);
        browser.shot("chat");
        browser.size(1440, 1000);
        String talk = browser.path();

        browser.one(".top nav a[href='/memories']").click();
        browser.one(".memory");
        browser.shot("memories-1440-light");
        assertThat(card("Blade Runner").getText()).contains("loved Blade Runner");
        assertThat(card("The Matrix").getText()).contains("The Matrix");
        assertThat(card("orror").findElement(By.className("quote")).getText()).contains("no horror");

        turnHorrorIntoALiking();
        dislike("The Matrix");
        browser.one(".brand").click();
        browser.one(".empty h1");
        say(NEUTRAL);
        assertThat(genres()).as("genres once horror is liked").contains("Horror");
        assertThat(String.join("\n", browser.texts(".film .reason"))).doesNotContain("The Matrix");

        server.close();
        server = DemoServer.start(folder);
        browser.complaints();
        String eyes = eyes();
        browser.open(server.loginLink());
        lookAs(eyes);
        browser.open(server.url(talk));
        assertThat(browser.one(".said").getText()).isEqualTo(WISH);
        assertThat(browser.all(".film")).isNotEmpty();
        assertThat(browser.one(".words").getText()).isNotBlank();
        browser.open(server.url("/memories"));
        assertThat(card("Likes horror").getText()).contains("no horror");
        card("Likes horror").findElement(By.linkText("in the conversation")).click();
        browser.until("the conversation", () -> browser.path().equals(talk));
    }

    @Test
    void aPersonWithoutAMouseGetsAllTheWay() {
        assertThat(browser.focused().getAttribute("id")).isEqualTo("message");
        browser.press("A slow drama");
        browser.pressWithShift(Keys.ENTER);
        assertThat(browser.all(".turn")).isEmpty();
        browser.press("from before 1990, no westerns", Keys.ENTER);
        untilAnswered(1);
        tabTo(true, ".film summary");
        browser.press(Keys.ENTER);
        assertThat(browser.one(".film details[open] .part").getText()).isNotBlank();
        tabTo(false, ".film [data-feedback=liked]");
        browser.press(Keys.SPACE);
        browser.until("the mark", () -> browser.all(".film [aria-pressed=true]").size() == 1);
        tabTo(false, ".toast button");
        browser.press(Keys.ENTER);
        browser.until(
                "its undoing", () -> browser.all(".film [aria-pressed=true]").isEmpty());
        assertThat(browser.focused().getAttribute("data-feedback"))
                .as("focus after undoing")
                .isEqualTo("liked");

        browser.open(server.url("/memories"));
        browser.one(".memory");
        tabTo(false, ".memory a[title=Edit]");
        browser.press(Keys.ENTER);
        browser.until("the form", () -> browser.focused().getTagName().equals("textarea"));
        browser.press(Keys.ESCAPE);
        browser.until("the card", () -> browser.all("form.edit").isEmpty());
        tabTo(false, ".memory a[title=History]");
        browser.press(Keys.ENTER);
        browser.one("dialog[open] .revision");
        browser.press(Keys.ESCAPE);
        browser.until("the drawer to close", () -> browser.all("dialog[open]").isEmpty());
        tabTo(false, ".memory button[title=Delete]");
        int before = shown(".memory");
        browser.press(Keys.ENTER);
        browser.until("one card less", () -> shown(".memory") == before - 1);
        tabTo(false, ".toast button");
        browser.press(Keys.ENTER);
        browser.until("the card again", () -> shown(".memory") == before);
    }

    @Test
    void nothingIsWiderThanAPhoneAndEverythingCanBeReadInBothSchemes() {
        say(WISH);
        browser.one(".film summary").click();
        for (boolean dark : new boolean[] {false, true}) {
            browser.dark(dark);
            String scheme = dark ? "dark" : "light";
            for (int width : new int[] {1440, 390}) {
                browser.size(width, width == 390 ? 844 : 1000);
                fits("chat-" + width + "-" + scheme);
            }
        }
        String talk = browser.path();
        for (String page : List.of("/memories", "/people", "/chat")) {
            browser.open(server.url(page));
            fits(page.substring(1) + "-390-dark");
        }
        browser.open(server.url("/memories"));
        browser.one(".memory a[title=Edit]").click();
        browser.one("form.edit textarea");
        fits("memory-edit-390-dark");
        browser.open(server.url(talk));
        browser.one("[data-drawer]").click();
        browser.until("the drawer", () -> browser.one(".talks").getRect().x == 0);
        assertThat(browser.one(".talk[aria-current=page]").getText()).isNotBlank();
        browser.press(Keys.ESCAPE);
        browser.until("the drawer to close", () -> browser.focused().getAttribute("data-drawer") != null);
    }

    @Test
    void theChosenSchemeStaysAndAMemoryIsForgottenFromTheChatUnlessUndone() {
        browser.one("[data-theme-toggle]").click();
        browser.reload();
        assertThat(browser.run("return document.documentElement.dataset.theme")).isEqualTo("dark");
        browser.one("[data-theme-toggle]").click();

        say(WISH);
        int remembered = browser.all("[data-remembered] .chip").size();
        assertThat(remembered).isGreaterThanOrEqualTo(2);
        browser.one("[data-forget]").click();
        browser.one(".toast button").click();
        browser.until("the chip", () -> browser.all(".chip.gone").isEmpty());
        browser.one("[data-forget]").click();
        browser.open(server.url("/memories"));
        browser.until("the memory to be gone", () -> {
            browser.reload();
            return browser.all(".memory").size() == remembered - 1;
        });
    }

    private static void say(String text) {
        int turns = browser.all(".turn").size();
        browser.one("#message").sendKeys(text);
        browser.press(Keys.ENTER);
        untilAnswered(turns + 1);
    }

    private static void untilAnswered(int turns) {
        browser.until(
                "the answer",
                () -> browser.all(".turn").size() == turns
                        && browser.all(".turn:last-child .footnote").stream()
                                .anyMatch(line -> line.getText().startsWith("T")));
        assertThat(browser.all(".note.warn")).isEmpty();
        browser.one(".turn:last-child .film");
    }

    private static Set<String> genres() {
        return browser.texts(".turn:last-child .film .genres").stream()
                .flatMap(genres -> List.of(genres.split(" · ", -1)).stream())
                .collect(Collectors.toSet());
    }

    private static WebElement card(String text) {
        String path = CARD.formatted(text);
        browser.until(
                "a memory with " + text,
                () -> !browser.one("#list").findElements(By.xpath(path)).isEmpty());
        return browser.one("#list").findElement(By.xpath(path));
    }

    private static void turnHorrorIntoALiking() {
        card("orror").findElement(By.cssSelector("a[title=Edit]")).click();
        WebElement form = browser.one("form.edit");
        form.findElement(By.xpath(".//label[.//input[@value='like']]")).click();
        new Select(form.findElement(By.name("kind"))).selectByValue("preference");
        form.findElement(By.cssSelector("button.main")).click();
        assertThat(card("Likes horror").getText()).contains("Preference").contains("no horror");
    }

    private static void dislike(String title) {
        card(title).findElement(By.cssSelector("a[title=Edit]")).click();
        WebElement form = browser.one("form.edit");
        form.findElement(By.xpath(".//label[.//input[@value='dislike']]")).click();
        form.findElement(By.cssSelector("button.main")).click();
        assertThat(card("Did not like " + title).getText()).contains("about " + title);
    }

    private static void lookAs(String user) {
        browser.one(".picker summary").click();
        browser.one(".picker input[type=search]").sendKeys(user);
        browser.until("one person", () -> browser.all(".people .name").size() == 2);
        browser.all(".people button").get(1).click();
        browser.until("the page of that person", () -> eyes().equals(user));
        browser.one(".empty h1");
    }

    private static int shown(String css) {
        return (int) browser.all(css).stream().filter(WebElement::isDisplayed).count();
    }

    /// Presses Tab, or Shift and Tab, until the element has the focus; whatever gets it on the way shows it.
    private static void tabTo(boolean backwards, String css) {
        for (int i = 0; i < 120; i++) {
            if (backwards) {
                browser.pressWithShift(Keys.TAB);
            } else {
                browser.press(Keys.TAB);
            }
            // A card that is being exchanged may take a moment to draw it.
            browser.until(
                    "a ring around the focus",
                    () -> "solid"
                            .equals(browser.run("const e = document.activeElement; return e === document.body"
                                    + " || e.id === 'message' || e.id === 'scroll' || e.matches('.chooser input') ? 'solid'"
                                    + " : getComputedStyle(e).outlineStyle")));
            if (Boolean.TRUE.equals(browser.run("return document.activeElement.matches(arguments[0])", css))) {
                return;
            }
        }
        throw new AssertionError(css + " was not reached by 120 presses of Tab");
    }

    private static void fits(String name) {
        browser.shot(name);
        assertThat(browser.run("return document.documentElement.scrollWidth - document.documentElement.clientWidth"))
                .as("horizontal scroll of " + name)
                .isEqualTo(0L);
        assertThat(browser.run(contrastScript()))
                .as("words that are hard to read on " + name)
                .isEqualTo(List.of());
    }

    private static String contrastScript() {
        try (var script = PagesBrowserTest.class.getResourceAsStream("contrast.js")) {
            return new String(Objects.requireNonNull(script).readAllBytes(), StandardCharsets.UTF_8);
        } catch (java.io.IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
