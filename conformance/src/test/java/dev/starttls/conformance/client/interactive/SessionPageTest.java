package dev.starttls.conformance.client.interactive;

import static org.assertj.core.api.Assertions.assertThat;

import dev.starttls.conformance.client.FunctionUnderTest;
import dev.starttls.conformance.target.Protocol;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The page, by the HTTP client of Java. */
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class SessionPageTest {
    private final HttpClient browser = HttpClient.newHttpClient();
    private TestSession session;
    private SessionPage page;

    @BeforeEach
    void start() throws IOException {
        session = TestSession.start(PortUse.EACH, Optional.empty(), "UP-C-01a", "UP-C-04a");
        page = SessionPage.serve(session.run(), InetAddress.getLoopbackAddress(), 0);
    }

    @AfterEach
    void stop() {
        page.close();
        session.close();
    }

    private HttpResponse<String> get(String path) throws IOException, InterruptedException {
        return browser.send(
                HttpRequest.newBuilder(URI.create(page.url() + path)).build(), BodyHandlers.ofString());
    }

    private HttpResponse<String> press(String form) throws IOException, InterruptedException {
        return browser.send(
                HttpRequest.newBuilder(URI.create(page.url() + "next"))
                        .header("Content-Type", "application/x-www-form-urlencoded")
                        .POST(BodyPublishers.ofString(form))
                        .build(),
                BodyHandlers.ofString());
    }

    private String form() throws IOException, InterruptedException {
        Matcher token =
                Pattern.compile("name=\"token\" value=\"([0-9a-f]{32})\"").matcher(get("").body());
        assertThat(token.find()).isTrue();
        return "token=" + token.group(1);
    }

    @Test
    void it_says_what_to_set_and_loads_itself_again_without_scripts() throws Exception {
        HttpResponse<String> response = get("");
        CaseRow control = session.row(TestSession.CONTROL);
        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(response.body())
                .contains("<meta http-equiv=\"refresh\" content=\"2\">")
                .contains("<code>localhost</code>")
                .contains("0 of 3 cases are done")
                .contains("<td>waiting for the client</td><td>" + control.port() + "</td><td>" + control.user()
                        + "</td><td>" + control.password() + "</td>")
                .contains("<td>later</td><td></td>")
                .doesNotContain("<script");
        assertThat(response.headers().firstValue("Content-Security-Policy").orElseThrow())
                .contains("default-src 'none'")
                .contains("form-action 'self'");
    }

    @Test
    void its_table_has_headers_for_columns_and_rows() throws Exception {
        assertThat(get("").body())
                .contains("<html lang=\"en\">")
                .contains("<caption>")
                .contains("<th scope=\"col\">port</th>")
                .contains("<th scope=\"row\">UP-C-01a ");
    }

    @Test
    void the_authority_can_be_downloaded() throws Exception {
        HttpResponse<String> response = get("ca.pem");
        assertThat(response.body()).isEqualTo(session.run().rootPem());
        assertThat(response.headers().firstValue("Content-Disposition").orElseThrow())
                .contains("ca.pem");
    }

    @Test
    void verdicts_and_last_lines_are_shown() throws Exception {
        session.send(FunctionUnderTest.good(Protocol.SMTP), TestSession.CONTROL);
        session.send(FunctionUnderTest.stripped(Protocol.SMTP), "UP-C-01a");
        assertThat(get("").body())
                .contains("<td>pass: upgraded</td>")
                .contains("<td>fail: sent AUTH with credentials in plaintext</td>")
                .contains("T&gt;   QUIT")
                .contains("waiting for the client, run 1 of 2");
    }

    @Test
    void what_a_client_sends_is_text_on_the_page() throws Exception {
        CaseRow control = session.row(TestSession.CONTROL);
        try (Socket client = new Socket(InetAddress.getLoopbackAddress(), control.port())) {
            client.getOutputStream().write("EHLO <b>&\"'\r\nQUIT\r\n".getBytes(StandardCharsets.US_ASCII));
            assertThat(client.getInputStream().readAllBytes()).isNotEmpty();
        }
        assertThat(get("").body()).contains("EHLO &lt;b&gt;&amp;&quot;&#39;").doesNotContain("<b>");
    }

    @Test
    void the_button_ends_the_case_and_leads_back() throws Exception {
        session.send(FunctionUnderTest.good(Protocol.SMTP), TestSession.CONTROL);
        HttpResponse<String> pressed = press(form());
        assertThat(pressed.statusCode()).isEqualTo(303);
        assertThat(pressed.headers().firstValue("Location")).contains("/");
        assertThat(session.row("UP-C-01a").words()).isEqualTo("inconclusive: the client did not connect");
    }

    @Test
    void a_button_that_was_pressed_too_early_says_what_comes_first() throws Exception {
        assertThat(press(form()).statusCode()).isEqualTo(303);
        assertThat(get("").body()).contains("the well-behaved server is first: let the client connect to port");
    }

    @Test
    void without_the_token_nothing_is_pressed() throws Exception {
        session.send(FunctionUnderTest.good(Protocol.SMTP), TestSession.CONTROL);
        assertThat(press("token=").statusCode()).isEqualTo(403);
        assertThat(press("x".repeat(5_000)).statusCode()).isEqualTo(403);
        assertThat(get("next").statusCode()).isEqualTo(404);
        assertThat(session.row("UP-C-01a").state()).isEqualTo(CaseRow.State.WAITING);
    }

    @Test
    void nothing_else_is_served() throws Exception {
        assertThat(get("other").statusCode()).isEqualTo(404);
        assertThat(get("%3Cscript%3E").body()).isEqualTo("There is nothing here.\n");
    }
}
