package dev.starttls.conformance.client.interactive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.starttls.conformance.client.FunctionUnderTest;
import dev.starttls.conformance.target.Protocol;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
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
    private final List<Throwable> faults = new CopyOnWriteArrayList<>();

    @BeforeEach
    void start() throws IOException {
        begin(PortUse.EACH);
    }

    private void begin(PortUse ports) throws IOException {
        session = TestSession.start(ports, Optional.empty(), "UP-C-01a", "UP-C-04a");
        page = SessionPage.serve(
                session.run(),
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                () -> session.run().report().map(report -> "the report".getBytes(StandardCharsets.US_ASCII)),
                faults::add);
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

    private HttpResponse<String> press(String button, String form, String... headers)
            throws IOException, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(page.url() + button))
                .header("Content-Type", "application/x-www-form-urlencoded")
                .POST(BodyPublishers.ofString(form));
        return browser.send(
                (headers.length == 0 ? request : request.headers(headers)).build(), BodyHandlers.ofString());
    }

    private String form() throws IOException, InterruptedException {
        Matcher token =
                Pattern.compile("name=\"token\" value=\"([0-9a-f]{32})\"").matcher(get("").body());
        assertThat(token.find()).isTrue();
        return "token=" + token.group(1);
    }

    /** What the page answers to these octets, whatever a client of HTTP would have sent. */
    private String raw(String request) throws IOException {
        URI uri = URI.create(page.url());
        try (Socket socket = new Socket(uri.getHost(), uri.getPort())) {
            socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    @Test
    void it_says_what_to_set_and_loads_itself_again_without_scripts() throws Exception {
        HttpResponse<String> response = get("");
        CaseRow control = session.row(TestSession.CONTROL);
        AccountSettings account = session.run().account();
        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(response.body())
                .contains("<meta http-equiv=\"refresh\" content=\"2\">")
                .contains("<dt>server</dt><dd><code>localhost</code></dd>")
                .contains("<dt>security</dt><dd>STARTTLS, required (not &quot;if available&quot;)</dd>")
                .contains("<dt>user name</dt><dd><code>" + account.user() + "</code></dd>")
                .contains("<dt>password</dt><dd><code>" + account.password() + "</code></dd>")
                .contains("<dt>authentication</dt><dd>normal password</dd>")
                .contains("trust the root certificate for this account alone")
                .contains("take it out when you are done")
                .contains("let the client log in, and send a message")
                .contains("0 of 3 cases are done")
                .contains(">waiting for the client</td>")
                .contains("port <code>" + control.port() + "</code></span>, server <code>localhost</code>, STARTTLS,"
                        + " required (not &quot;if available&quot;); user name and password as above")
                .contains(">later</td>")
                .doesNotContain("<script");
        assertThat(response.headers().firstValue("Content-Security-Policy").orElseThrow())
                .contains("default-src 'none'")
                .contains("form-action 'self'");
    }

    @Test
    void it_can_stand_still_so_that_a_text_can_be_copied() throws Exception {
        assertThat(get("").body()).contains("href=\"/still\"");
        assertThat(get("still").body())
                .doesNotContain("http-equiv=\"refresh\"")
                .contains("<a href=\"/\">load it every two seconds</a>");
    }

    @Test
    void its_table_has_headers_for_columns_and_rows() throws Exception {
        assertThat(get("").body())
                .contains("<html lang=\"en\">")
                .contains("<caption>")
                .contains("<th scope=\"col\">what to set</th>")
                .contains("<th scope=\"row\" role=\"rowheader\"><b>UP-C-01a</b> ");
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
                .contains(" class=\"pass\">pass: upgraded</td>")
                .contains(" class=\"fail\">fail: sent AUTH with credentials in plaintext</td>")
                .contains("T&gt;   QUIT")
                .contains("waiting for the client, run 1 of 2");
    }

    @Test
    void what_a_client_sends_is_text_on_the_page() throws Exception {
        CaseRow control = session.row(TestSession.CONTROL);
        try (Socket client = new Socket(InetAddress.getLoopbackAddress(), control.port())) {
            client.getOutputStream().write("EHLO client\r\nQUIT <b>&\"'\r\n".getBytes(StandardCharsets.US_ASCII));
            assertThat(client.getInputStream().readAllBytes()).isNotEmpty();
        }
        assertThat(get("").body()).contains("QUIT &lt;b&gt;&amp;&quot;&#39;").doesNotContain("<b>&");
    }

    @Test
    void each_case_has_a_button_that_ends_it_and_leads_back_to_its_row() throws Exception {
        session.send(FunctionUnderTest.good(Protocol.SMTP), TestSession.CONTROL);
        int port = session.row("UP-C-04a").port();
        assertThat(get("").body()).contains("aria-label=\"End UP-C-01a\"").contains("aria-label=\"End UP-C-04a\"");
        HttpResponse<String> pressed = press("end", form() + "&case=UP-C-04a&run=1");
        assertThat(pressed.statusCode()).isEqualTo(303);
        assertThat(pressed.headers().firstValue("Location")).contains("/#UP-C-04a");
        assertThat(session.row("UP-C-04a").words())
                .isEqualTo(
                        "ended by you: inconclusive: the client never connected to port " + port + ", in run 1 of 2");
        assertThat(session.row("UP-C-01a").state()).isEqualTo(CaseRow.State.WAITING);
    }

    @Test
    void a_case_that_is_done_has_a_button_that_repeats_it() throws Exception {
        session.send(FunctionUnderTest.good(Protocol.SMTP), TestSession.CONTROL);
        session.send(FunctionUnderTest.stripped(Protocol.SMTP), "UP-C-01a");
        assertThat(get("").body()).contains("aria-label=\"Repeat UP-C-01a\"");
        assertThat(press("begin", form() + "&case=UP-C-01a").statusCode()).isEqualTo(303);
        assertThat(session.row("UP-C-01a").words()).isEqualTo("waiting for the client (before: fail)");
    }

    @Test
    void a_button_for_a_run_that_is_over_or_a_case_that_does_not_exist_says_so() throws Exception {
        session.send(FunctionUnderTest.good(Protocol.SMTP), TestSession.CONTROL);
        assertThat(press("end", form() + "&case=UP-C-04a&run=x").statusCode()).isEqualTo(303);
        assertThat(get("").body()).contains("<p role=\"alert\">run 0 of UP-C-04a is over.</p>");
        assertThat(press("end", form() + "&case=%3Cb%3E&run=1").headers().firstValue("Location"))
                .contains("/");
        assertThat(get("").body()).contains("there is no case").doesNotContain("<b>%");
    }

    @Test
    void with_one_port_a_button_goes_to_the_next_case_and_later_ones_can_be_run_now() throws Exception {
        stop();
        begin(PortUse.ONE);
        assertThat(press("next", form()).statusCode()).isEqualTo(303);
        assertThat(get("").body()).contains("the well-behaved server is first: let the client connect to port");
        session.send(FunctionUnderTest.good(Protocol.SMTP), TestSession.CONTROL);
        assertThat(get("").body())
                .contains("<dt>port</dt><dd><code>" + session.row("UP-C-01a").port() + "</code>, for all cases</dd>")
                .contains("aria-label=\"Run now UP-C-04a\"");
        assertThat(press("next", form()).headers().firstValue("Location")).contains("/");
        assertThat(session.row("UP-C-01a").state()).isEqualTo(CaseRow.State.ENDED);
    }

    @Test
    void the_page_stays_after_the_last_verdict_until_it_is_finished() throws Exception {
        session.send(FunctionUnderTest.good(Protocol.SMTP), TestSession.CONTROL);
        assertThat(session.run().end("UP-C-01a")).isEmpty();
        assertThat(session.run().end("UP-C-04a")).isEmpty();
        assertThat(get("").body()).contains("3 of 3 cases are done").contains("All cases are done");
        HttpResponse<String> last = press("finish", form());
        assertThat(last.statusCode()).isEqualTo(200);
        assertThat(last.body())
                .contains("The session is finished, 3 of 3 cases are done")
                .contains("Take the root certificate out")
                .contains("never connected to port")
                .doesNotContain("<button")
                .doesNotContain("http-equiv=\"refresh\"");
        while (!session.run().finished()) {
            Thread.onSpinWait();
        }
    }

    @Test
    void the_report_of_what_is_done_is_offered_apart_from_the_buttons() throws Exception {
        assertThat(get("").body()).contains("href=\"/report.html\"");
        assertThat(get("report.html").statusCode()).isEqualTo(404);
        session.send(FunctionUnderTest.good(Protocol.SMTP), TestSession.CONTROL);
        HttpResponse<String> report = get("report.html");
        assertThat(report.body()).isEqualTo("the report");
        assertThat(report.headers().firstValue("Content-Security-Policy").orElseThrow())
                .startsWith("sandbox allow-scripts;");
    }

    @Test
    void without_the_token_nothing_is_pressed() throws Exception {
        session.send(FunctionUnderTest.good(Protocol.SMTP), TestSession.CONTROL);
        for (String button : List.of("next", "end", "begin", "shown", "not-shown", "finish")) {
            assertThat(press(button, "token=&case=UP-C-01a&run=1").statusCode()).isEqualTo(403);
            assertThat(press(button, "x".repeat(5_000)).statusCode()).isEqualTo(403);
            assertThat(get(button + "?" + form()).statusCode()).isEqualTo(404);
        }
        assertThat(press("other", form()).statusCode()).isEqualTo(404);
        assertThat(session.row("UP-C-01a").state()).isEqualTo(CaseRow.State.WAITING);
        assertThat(session.run().finished()).isFalse();
    }

    @Test
    void another_page_cannot_press_a_button_even_with_the_token() throws Exception {
        session.send(FunctionUnderTest.good(Protocol.SMTP), TestSession.CONTROL);
        String button = form() + "&case=UP-C-01a&run=1";
        for (String other : List.of("http://evil.example", "null", "https" + origin().substring(4))) {
            assertThat(press("end", button, "Origin", other).statusCode()).isEqualTo(403);
        }
        assertThat(session.row("UP-C-01a").state()).isEqualTo(CaseRow.State.WAITING);
        assertThat(press("end", button, "Origin", origin()).statusCode()).isEqualTo(303);
        assertThat(session.row("UP-C-01a").state()).isEqualTo(CaseRow.State.ENDED);
    }

    private String origin() {
        return page.url().substring(0, page.url().length() - 1);
    }

    @Test
    void a_name_of_somebody_elses_that_leads_here_is_refused() throws Exception {
        for (String host :
                List.of("evil.example", "evil.example:80", "localhost.evil.example", "127.0.0.1.evil.example")) {
            assertThat(raw("GET / HTTP/1.1\r\nHost: " + host + "\r\nConnection: close\r\n\r\n"))
                    .startsWith("HTTP/1.1 403 ")
                    .doesNotContain(session.run().account().password());
        }
        assertThat(raw("GET / HTTP/1.0\r\n\r\n")).contains(" 403 ");
        for (String host : List.of("localhost", "LOCALHOST:8080", "127.0.0.1", "192.0.2.1:8080", "[::1]:8080")) {
            assertThat(raw("GET / HTTP/1.1\r\nHost: " + host + "\r\nConnection: close\r\n\r\n"))
                    .startsWith("HTTP/1.1 200 ");
        }
    }

    @Test
    void one_connection_that_says_nothing_and_one_that_says_half_do_not_stop_the_page() throws Exception {
        URI uri = URI.create(page.url());
        try (Socket idle = new Socket(uri.getHost(), uri.getPort());
                Socket half = new Socket(uri.getHost(), uri.getPort())) {
            half.getOutputStream().write("GET / HT".getBytes(StandardCharsets.US_ASCII));
            assertThat(get("").statusCode()).isEqualTo(200);
            assertThat(get("").statusCode()).isEqualTo(200);
            assertThat(idle.isConnected()).isTrue();
        }
    }

    @Test
    void a_port_that_is_taken_is_named() throws Exception {
        URI uri = URI.create(page.url());
        assertThatThrownBy(() -> SessionPage.serve(
                        session.run(),
                        new InetSocketAddress(uri.getHost(), uri.getPort()),
                        Optional::empty,
                        faults::add))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("expected a port for the page, got 127.0.0.1:" + uri.getPort())
                .hasMessageContaining("--page");
    }

    @Test
    void an_error_of_an_answer_is_reported_and_the_page_is_served_on() throws Exception {
        Error error = new AssertionError("oops");
        page.close();
        page = SessionPage.serve(
                session.run(),
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                () -> {
                    throw error;
                },
                faults::add);
        assertThatThrownBy(() -> get("report.html")).isInstanceOf(IOException.class);
        assertThat(faults).contains(error);
        assertThat(get("").statusCode()).isEqualTo(200);
    }

    @Test
    void nothing_else_is_served() throws Exception {
        assertThat(get("other").statusCode()).isEqualTo(404);
        assertThat(get("%3Cscript%3E").body()).isEqualTo("There is nothing here.\n");
    }
}
