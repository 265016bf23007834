package dev.starttls.conformance.client.imap;

import static org.assertj.core.api.Assertions.assertThat;

import dev.starttls.conformance.client.server.DialectSession;
import dev.starttls.conformance.client.server.Reply;
import dev.starttls.conformance.client.server.Script;
import dev.starttls.conformance.client.server.ServerTls;
import dev.starttls.conformance.connection.Transcript.Through;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The server of the cases, as any client may use it. */
@Timeout(value = 30, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ImapDialectTest {
    private static final Reply REFUSED = Reply.lines("{tag} BAD expected the section of a body");

    private static Reply answer(String line) {
        ImapDialect dialect = new ImapDialect();
        DialectSession session = dialect.session(Through.TLS, Script.of(dialect, ServerTls.OF_SCRIPT));
        return session.answer(session.understand(line));
    }

    @ParameterizedTest
    @CsvSource({
        "a FETCH 1 BODY[], BODY[] {",
        "a FETCH 1 (FLAGS BODY.PEEK[HEADER]), BODY[HEADER] {",
        "a UID FETCH 1 (UID BODY.PEEK[HEADER.FIELDS (FROM TO)]), BODY[HEADER.FIELDS (FROM TO)] {",
        "a fetch 1 body[text], BODY[TEXT] {"
    })
    void a_section_that_is_asked_for_is_given(String line, String expected) {
        assertThat(answer(line).toString()).contains(expected);
    }

    /** A line has 64 KiB; what is taken of it is neither repeated to the client nor looked at in all ways. */
    @ParameterizedTest
    @ValueSource(strings = {"BODY[", "BODY[x", "BODY[{TAG}", "BODY.PEEK[", "]BODY["})
    void a_section_of_any_length_is_refused_at_once(String part) {
        assertThat(answer("a FETCH 1 " + part.repeat(64_000 / part.length()))).isEqualTo(REFUSED);
        assertThat(answer("a FETCH 1 BODY[" + "x".repeat(60_000) + "]")).isEqualTo(REFUSED);
    }
}
