package dev.starttls.conformance.client.interactive;

import static org.assertj.core.api.Assertions.assertThat;

import com.deque.html.axecore.results.Rule;
import dev.starttls.conformance.client.FunctionUnderTest;
import dev.starttls.conformance.report.html.Browser;
import dev.starttls.conformance.target.Protocol;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.openqa.selenium.By;

/** The page of a session in a browser that we did not write. */
@Tag("peers")
@Timeout(value = 600, unit = TimeUnit.SECONDS)
class SessionPageBrowserTest {
    private static final int DESK = 1200;
    private static final int TELEPHONE = 390;

    /** The page is for a session of an hour that is looked at now and then; a stale page would say what is not so. */
    private static final String REFRESH = "meta-refresh";

    private static Browser browser;
    private TestSession session;
    private SessionPage page;

    @BeforeAll
    static void open() throws IOException {
        browser = Browser.start();
    }

    @AfterAll
    static void close() {
        if (browser != null) {
            browser.close();
        }
    }

    @BeforeEach
    void start() throws IOException {
        session = TestSession.start(PortUse.EACH, Optional.empty(), "UP-C-01a", "UP-C-02a");
        page = SessionPage.serve(
                session.run(),
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                Optional::empty,
                fault -> {});
        browser.open(URI.create(page.url()), DESK, Browser.Scheme.LIGHT);
    }

    @AfterEach
    void stop() {
        page.close();
        session.close();
    }

    @Test
    void axe_finds_no_violation_and_the_style_is_allowed() throws Exception {
        session.send(FunctionUnderTest.good(Protocol.SMTP), TestSession.CONTROL);
        browser.open(URI.create(page.url()), DESK, Browser.Scheme.LIGHT);
        assertThat(browser.axe(REFRESH).getViolations())
                .extracting(Rule::getId, Rule::getNodes)
                .isEmpty();
        assertThat(browser.driver().findElement(By.tagName("table")).getCssValue("border-collapse"))
                .isEqualTo("collapse");
    }

    @Test
    void it_shows_a_verdict_without_being_asked() throws Exception {
        session.send(FunctionUnderTest.good(Protocol.SMTP), TestSession.CONTROL);
        browser.awaitText("pass: upgraded");
        assertThat(browser.driver().findElements(By.tagName("tr"))).hasSize(4);
    }

    @Test
    void it_fits_a_telephone_and_axe_finds_no_violation_there() throws Exception {
        session.send(FunctionUnderTest.good(Protocol.SMTP), TestSession.CONTROL);
        for (Browser.Scheme scheme : Browser.Scheme.values()) {
            browser.open(URI.create(page.url() + "still"), TELEPHONE, scheme);
            assertThat(browser.axe().getViolations())
                    .extracting(Rule::getId, Rule::getNodes)
                    .isEmpty();
        }
        assertThat(browser.driver().executeScript("return document.documentElement.scrollWidth"))
                .isEqualTo((long) TELEPHONE);
    }

    @Test
    void the_button_of_a_row_ends_its_case_and_the_browser_stays_at_the_row() throws Exception {
        session.send(FunctionUnderTest.good(Protocol.SMTP), TestSession.CONTROL);
        browser.open(URI.create(page.url() + "still"), DESK, Browser.Scheme.LIGHT);
        browser.driver()
                .findElement(By.cssSelector("[aria-label='End UP-C-02a']"))
                .click();
        browser.awaitText("ended by you: inconclusive: the client never connected");
        assertThat(session.row("UP-C-02a").state()).isEqualTo(CaseRow.State.ENDED);
        assertThat(session.row("UP-C-01a").state()).isEqualTo(CaseRow.State.WAITING);
        assertThat(browser.driver().getCurrentUrl()).isEqualTo(page.url() + "#UP-C-02a");
    }

    @Test
    void a_page_that_loads_itself_again_stays_where_it_was_scrolled_to() throws Exception {
        session.send(FunctionUnderTest.good(Protocol.SMTP), TestSession.CONTROL);
        browser.open(URI.create(page.url() + "#UP-C-02a"), TELEPHONE, Browser.Scheme.LIGHT);
        Object place = browser.driver()
                .executeScript("document.title = 'before'; window.scrollTo(0, 77); return Math.round(window.scrollY);");
        assertThat(place).isEqualTo(77L);
        while ("before".equals(browser.driver().getTitle())) {
            Thread.onSpinWait();
        }
        browser.awaitText("1 of 3 cases are done");
        assertThat(browser.driver().executeScript("return Math.round(window.scrollY);"))
                .isEqualTo(place);
    }

    @Test
    void the_last_page_is_styled_and_stays() throws Exception {
        session.send(FunctionUnderTest.good(Protocol.SMTP), TestSession.CONTROL);
        browser.open(URI.create(page.url() + "still"), DESK, Browser.Scheme.LIGHT);
        browser.driver()
                .findElement(By.cssSelector("form[action='/finish'] button"))
                .click();
        browser.awaitText("The session is finished");
        page.close();
        assertThat(session.run().finished()).isTrue();
        assertThat(browser.driver().findElement(By.tagName("table")).getCssValue("border-collapse"))
                .isEqualTo("collapse");
        assertThat(browser.driver().findElements(By.tagName("button"))).isEmpty();
    }

    /** A page of somebody else's, on another port, whose form has the address of a button. */
    @Test
    void another_page_cannot_press_a_button() throws Exception {
        session.send(FunctionUnderTest.good(Protocol.SMTP), TestSession.CONTROL);
        browser.driver()
                .get("data:text/html,<form method=post action='" + page.url() + "end'><input name=case value=UP-C-02a>"
                        + "<input name=run value=1><button>press</button></form>");
        browser.driver().findElement(By.tagName("button")).click();
        browser.awaitText("Expected a button of the page.");
        assertThat(session.row("UP-C-02a").state()).isEqualTo(CaseRow.State.WAITING);
    }
}
