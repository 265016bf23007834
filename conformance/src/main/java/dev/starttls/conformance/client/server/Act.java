package dev.starttls.conformance.client.server;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;

/** One thing that the server does. */
public sealed interface Act {
    /**
     * Sends text in the layer that the connection is in. In IMAP <code>{tag}</code> stands for the tag of the command that
     * is answered, <code>{TAG}</code> for the same with each letter in the other case, <code>{next}</code>, <code>{next2}</code> and so on to <code>{next9}</code> for the tags that the client is
     * expected to use next.
     *
     * @param text one character per octet
     */
    record Send(String text) implements Act {}

    /** Sends octets to the connection below TLS, whatever layer the connection is in. */
    record SendBelow(String text) implements Act {
        byte[] octets() {
            return text.getBytes(StandardCharsets.ISO_8859_1);
        }
    }

    /** Sends text octet by octet with pauses, until it is sent or the client is gone. */
    record Drip(String text, Duration each) implements Act {}

    /** Sends the same text many times, until it is sent or the client is gone. */
    record Repeat(String text, int times) implements Act {}

    /** Does nothing for a time, and records when the time is over. */
    record Pause(Duration time) implements Act {}

    /** Waits until the client has sent something, which is not read. */
    record AwaitClient() implements Act {}

    /** Ends the connection if the client sends nothing for as long as a silent server waits. */
    record EndIfQuiet() implements Act {}

    /** Reads the client's ClientHello, which is then gone; nothing is read if the client sends something else. */
    record ReadHello() implements Act {}

    /** Starts TLS: what the client sends next has to be a ClientHello. */
    record StartTls(ServerTls tls) implements Act {}

    /** Reads what the client sends and answers nothing until the end of the connection. */
    record FallSilent() implements Act {}

    /** Goes on, but ends the connection when a silent server would: after a fault that a client may wait at for minutes. */
    record LimitPatience() implements Act {}

    /** Ends the connection: close_notify first if it is inside TLS. */
    record Close() implements Act {}

    /** Ends the connection with the end of the stream, inside TLS without close_notify. */
    record Cut() implements Act {}

    /** Sends a fatal alert in plaintext. */
    record SendAlert(int description) implements Act {}

    /** Lines, each ended by CRLF. */
    static Act lines(String... lines) {
        StringBuilder text = new StringBuilder();
        Arrays.stream(lines).forEach(line -> text.append(line).append("\r\n"));
        return new Send(text.toString());
    }
}
