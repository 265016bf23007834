package dev.starttls.conformance.imap;

import static org.assertj.core.api.Assertions.assertThat;

import dev.starttls.conformance.connection.Conversation;
import dev.starttls.conformance.connection.Received;
import dev.starttls.conformance.connection.Transcript;
import dev.starttls.conformance.imap.ObservedImapResponse.Condition;
import dev.starttls.conformance.target.Scheme;
import dev.starttls.conformance.target.Target;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(value = 60, unit = TimeUnit.SECONDS)
class LenientImapReaderTest {
    /** All that is read of a server that says this and closes. */
    private static List<ObservedImapResponse> read(String said) throws IOException {
        try (ServerSocket listener = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                Conversation conversation = Conversation.open(
                        new Target(Scheme.IMAP, "localhost", listener.getLocalPort()),
                        new Transcript(),
                        1,
                        Duration.ofSeconds(30));
                Socket server = listener.accept()) {
            server.getOutputStream().write(said.getBytes(StandardCharsets.ISO_8859_1));
            server.shutdownOutput();
            List<ObservedImapResponse> all = new ArrayList<>();
            do {
                all.add(LenientImapReader.read(conversation));
            } while (!(all.get(all.size() - 1) instanceof ObservedImapResponse.None));
            return all;
        }
    }

    private static ObservedImapResponse one(String said) throws IOException {
        List<ObservedImapResponse> all = read(said);
        assertThat(all).as(said).hasSize(2);
        return all.get(0);
    }

    @Test
    void each_kind_of_response_is_distinguished_from_the_others() throws IOException {
        assertThat(read("* OK hello\r\n* CAPABILITY IMAP4rev1\r\n+ go on\r\n+\r\na1 no [ALERT] why\r\n"))
                .startsWith(
                        new ObservedImapResponse.Untagged(Condition.OK, "hello", List.of()),
                        new ObservedImapResponse.Data("CAPABILITY IMAP4rev1", List.of()),
                        new ObservedImapResponse.Continuation("go on"),
                        new ObservedImapResponse.Continuation(""),
                        new ObservedImapResponse.Tagged("a1", Condition.NO, "[ALERT] why", List.of()))
                .hasSize(6);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "220 ready",
                "+OK ready",
                "a1",
                "a1 FINE",
                "a1 BYE x",
                "a1 PREAUTH x",
                "*",
                "*OK x",
                "a* OK x",
                " OK x",
                "+x",
                "SSH-2.0-x"
            })
    void what_is_no_response_is_malformed(String line) throws IOException {
        assertThat(one(line + "\r\n")).isInstanceOf(ObservedImapResponse.Malformed.class);
    }

    @Test
    void a_literal_is_part_of_its_response_whatever_stands_in_it() throws IOException {
        String text = "LIST () \"/\" {14}\r\na1 OK\r\n* BYE\r rest";
        assertThat(read("* " + text + "\r\na1 OK done\r\n"))
                .startsWith(
                        new ObservedImapResponse.Data(text, List.of()),
                        new ObservedImapResponse.Tagged("a1", Condition.OK, "done", List.of()));
    }

    @Test
    void several_literals_and_an_empty_one_are_read() throws IOException {
        String text = "X {0}\r\n {3}\r\nabc {2}\r\n\r\n";
        assertThat(one("* " + text + "\r\n")).isEqualTo(new ObservedImapResponse.Data(text, List.of()));
    }

    @Test
    void what_looks_like_a_literal_in_a_status_is_text() throws IOException {
        assertThat(read("a1 BAD Literal {5}\r\n* OK {5}\r\n")).hasSize(3);
    }

    @Test
    void a_literal_without_measure_is_not_read() throws IOException {
        assertThat(read("* X {9999999999}\r\n").get(0).description()).contains("a literal in it has 9999999999 octets");
    }

    @Test
    void literals_without_number_are_bounded_together() throws IOException {
        ObservedImapResponse response =
                read("* X" + " {8000}\r\n".concat("y".repeat(8000)).repeat(20)).get(0);
        assertThat(response).isInstanceOf(ObservedImapResponse.Malformed.class);
    }

    @Test
    void a_connection_that_ends_within_a_literal_brings_no_response() throws IOException {
        ObservedImapResponse response = read("* X {50}\r\nbeginning").get(0);
        assertThat(response).isInstanceOfSatisfying(ObservedImapResponse.None.class, none -> assertThat(none.instead())
                .isInstanceOf(Received.Ended.class));
    }

    @Test
    void loose_line_ends_and_control_characters_are_flaws() throws IOException {
        assertThat(one("* OK bell\u0007\n").wrongs())
                .containsExactly("a line ends in LF without CR", "a line has control characters");
        assertThat(one("* OK\r\n").wrongs()).containsExactly("there is no space after the condition");
        assertThat(one("* OK \r\n").wrongs()).isEmpty();
    }
}
