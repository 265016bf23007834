package dev.starttls.conformance.report.html;

import static org.assertj.core.api.Assertions.assertThat;

import com.deque.html.axecore.results.Rule;
import dev.starttls.conformance.report.SampleRun;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.openqa.selenium.By;
import org.openqa.selenium.Keys;
import org.openqa.selenium.WebElement;

/** The page in a browser that we did not write. */
@Tag("peers")
@Timeout(value = 600, unit = TimeUnit.SECONDS)
class HtmlPageTest {
    private static final int DESK = 1200;
    private static final int TELEPHONE = 375;

    @TempDir
    private static Path folder;

    private static Path page;
    private static Browser browser;

    @BeforeAll
    static void start() throws IOException {
        browser = Browser.start();
        page = Files.copy(SampleRun.once().file("html"), folder.resolve("report.html"));
    }

    @AfterAll
    static void stop() {
        if (browser != null) {
            browser.close();
        }
    }

    private static void open(int width) {
        browser.open(page, width, Browser.Scheme.LIGHT);
    }

    private static long number(String script) {
        return (Long) browser.driver().executeScript("return " + script);
    }

    private static List<WebElement> all(String selector) {
        return browser.driver().findElements(By.cssSelector(selector));
    }

    private static WebElement one(String selector) {
        return browser.driver().findElement(By.cssSelector(selector));
    }

    private static long shown(String selector) {
        return all(selector).stream().filter(WebElement::isDisplayed).count();
    }

    @ParameterizedTest
    @CsvSource({"1200, LIGHT", "1200, DARK", "375, LIGHT", "375, DARK"})
    void nothing_is_on_the_console(int width, Browser.Scheme scheme) {
        browser.open(page, width, scheme);
        one("#unfold").click();
        assertThat(browser.console()).isEmpty();
    }

    /** All of it opened, so that nothing is passed over. */
    @ParameterizedTest
    @CsvSource({"1200, LIGHT", "375, DARK"})
    void axe_finds_no_violation(int width, Browser.Scheme scheme) {
        browser.open(page, width, scheme);
        one("#unfold").click();
        all("details.more > summary").forEach(summary -> summary.sendKeys(Keys.ENTER));
        assertThat(shown("details[open]")).isEqualTo(all("details").size());
        assertThat(browser.axe().getViolations())
                .extracting(Rule::getId, Rule::getNodes)
                .isEmpty();
    }

    @Test
    void it_is_no_wider_than_a_telephone_even_when_all_is_open() {
        open(TELEPHONE);
        one("#unfold").click();
        assertThat(number("document.documentElement.scrollWidth")).isEqualTo(TELEPHONE);
        List<?> wide = (List<?>) browser.driver()
                .executeScript("return [...document.querySelectorAll('main *, nav *')]"
                        + ".filter(e => e.getBoundingClientRect().right > innerWidth + 1 && !e.closest('thead, .skip-link'))"
                        + ".map(e => e.outerHTML.slice(0, 200))");
        assertThat(wide).isEmpty();
    }

    @Test
    void no_letter_on_a_telephone_is_smaller_than_14_pixels() {
        open(TELEPHONE);
        one("#unfold").click();
        List<?> small = (List<?>) browser.driver()
                .executeScript("return [...document.querySelectorAll('body *')]"
                        + ".filter(e => [...e.childNodes].some(n => n.nodeType === 3 && n.data.trim())"
                        + " && !['SCRIPT', 'STYLE'].includes(e.tagName) && parseFloat(getComputedStyle(e).fontSize) < 14)"
                        + ".map(e => e.outerHTML.slice(0, 200))");
        assertThat(small).isEmpty();
    }

    @Test
    void what_a_server_said_was_not_obeyed() {
        open(DESK);
        assertThat(browser.driver().getTitle()).isEqualTo("STARTTLS conformance report");
        assertThat(all("img")).isEmpty();
        assertThat(one("section.target .diagram").getText()).contains("<script>document.title='owned'</script>");
    }

    @Test
    void a_verdict_can_be_filtered_away_and_brought_back() {
        open(DESK);
        long failed = shown("details.check.fail");
        assertThat(failed).isPositive();
        WebElement chip = one("input[value=fail]");
        chip.sendKeys(Keys.SPACE);
        assertThat(shown("details.check.fail")).isZero();
        assertThat(shown("details.check.pass")).isPositive();
        chip.sendKeys(Keys.SPACE);
        assertThat(shown("details.check.fail")).isEqualTo(failed);
    }

    @Test
    void the_level_and_the_text_filter_together_and_the_count_is_shown() {
        open(DESK);
        one("select[name=level]").sendKeys("security");
        assertThat(shown("details.check:not([data-level=security])")).isZero();
        one("input[name=text]").sendKeys("UP-S-21 auth");
        assertThat(all("details.check").stream().filter(WebElement::isDisplayed))
                .isNotEmpty()
                .allSatisfy(check -> assertThat(check.getDomAttribute("id")).contains("UP-S-21"));
        long left = shown("details.check");
        assertThat(one("[role=status]").getText())
                .isEqualTo(left + " of " + all("details.check").size() + " checks");
        one("input[name=text]").sendKeys(" no such words");
        assertThat(shown("details.check")).isZero();
        assertThat(shown("p.none")).isEqualTo(2);
    }

    @Test
    void all_checks_can_be_opened_and_closed() {
        open(DESK);
        one("#fold").click();
        assertThat(all("details.check[open]")).isEmpty();
        one("#unfold").click();
        assertThat(all("details.check:not([open])")).isEmpty();
    }

    @Test
    void a_link_to_a_check_opens_it_even_if_the_filter_hides_it() {
        open(DESK);
        one("#fold").click();
        one("input[name=text]").sendKeys("nothing has this");
        one(".failures a").click();
        String id = one(".failures a").getDomProperty("hash").substring(1);
        WebElement check = browser.driver().findElement(By.id(id));
        // The page hears of the new address after the click.
        browser.await("document.getElementById('" + id + "').open");
        assertThat(check.isDisplayed()).isTrue();
    }

    @Test
    void the_index_comes_first_and_its_links_lead_to_the_targets() {
        open(DESK);
        assertThat(number("document.getElementById('targets').compareDocumentPosition(document.getElementById('main'))"
                        + " & Node.DOCUMENT_POSITION_FOLLOWING"))
                .isNotZero();
        assertThat(all("#targets tbody a")).hasSize(3).allSatisfy(link -> assertThat(
                        all(link.getDomAttribute("href") + " h2"))
                .extracting(WebElement::getText)
                .containsExactly(link.getText()));
    }

    @Test
    void landmarks_and_headings_lead_through_it() {
        open(DESK);
        assertThat(all("body > header h1")).hasSize(1);
        assertThat(all("body > main")).hasSize(1);
        assertThat(all("body > nav[aria-label]")).hasSize(1);
        assertThat(all("body > footer")).hasSize(1);
        assertThat(all("main [role=search][aria-label]")).hasSize(1);
        assertThat(all("main > section[aria-labelledby] h2")).hasSize(3);
        assertThat(all("svg:not([role=img][aria-label]):not([aria-hidden=true]):not(svg svg)"))
                .isEmpty();
    }

    @Test
    void the_keyboard_reaches_filter_and_checks() {
        open(DESK);
        one("body").sendKeys(Keys.TAB);
        assertThat(browser.driver().switchTo().activeElement().getDomAttribute("class"))
                .isEqualTo("skip-link");
        WebElement summary = one("details.check.pass > summary");
        summary.sendKeys(Keys.ENTER);
        assertThat(all("details.check.pass[open]")).hasSize(1);
    }

    @Test
    void without_scripts_everything_is_there_and_the_filter_is_not() throws IOException {
        try (Browser plain = Browser.start()) {
            plain.withoutScripts();
            plain.open(page, DESK, Browser.Scheme.LIGHT);
            assertThat(plain.driver().findElement(By.id("filter")).isDisplayed())
                    .isFalse();
            assertThat(plain.driver().findElements(By.cssSelector("details.check")))
                    .isNotEmpty()
                    .allSatisfy(check -> assertThat(check.isDisplayed()).isTrue());
            int index = plain.driver().findElement(By.id("targets")).getLocation().y;
            assertThat(index)
                    .isLessThan(plain.driver().findElement(By.id("main")).getLocation().y);
        }
    }
}
