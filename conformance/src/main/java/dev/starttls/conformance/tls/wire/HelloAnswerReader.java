package dev.starttls.conformance.tls.wire;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.SocketTimeoutException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Reads a server's answer to a ClientHello: up to the ServerHello in TLS 1.3, up to the ServerHelloDone in earlier
 * versions, or up to what ends it. It reads no octet more than it needs, and has limits for every server: on the length
 * of a record and of a message, and on the number of records and of octets. The time limit is that of the stream, which
 * throws {@link SocketTimeoutException}.
 */
public final class HelloAnswerReader {

    private static final int MAX_RECORDS = 4096;
    private static final int MAX_OCTETS = 1 << 18;
    private static final int MAX_EVIDENCE = 256;

    private static final int SSL2_LONG_HEADER = 0x80;
    private static final int SSL2_SERVER_HELLO = 4;

    private final CountingStream in;
    private final HandshakeAssembler assembler = new HandshakeAssembler();
    private final ServerFlight flight = new ServerFlight();
    private final List<Alert> warnings = new ArrayList<>();

    private HelloAnswerReader(InputStream in) {
        this.in = new CountingStream(in, MAX_OCTETS);
    }

    /** Reads one answer. It throws nothing: what cannot be read is also an answer. */
    public static HelloAnswer read(InputStream in) {
        return new HelloAnswerReader(in).read();
    }

    private HelloAnswer read() {
        Optional<HelloAnswer> end = end();
        return flight.hello()
                .<HelloAnswer>map(chosen -> new HelloAnswer.Hello(
                        chosen, flight.certificates(), flight.stapled(), flight.keyExchange(), warnings, end))
                .orElseGet(end::orElseThrow);
    }

    /** Reads to the end of the flight, or to what came instead of it. */
    private Optional<HelloAnswer> end() {
        try {
            for (int records = 0; records < MAX_RECORDS; records++) {
                OctetString header = TlsRecord.exactly(in, TlsRecord.HEADER);
                if (!TlsRecord.isHeader(header)) {
                    return Optional.of(foreign(header));
                }
                Optional<HelloAnswer> end = take(TlsRecord.read(header, in));
                if (end.isPresent() || flight.isWhole()) {
                    return end;
                }
            }
            return Optional.of(new HelloAnswer.Garbage(OctetString.NONE, "more than " + MAX_RECORDS + " records"));
        } catch (MalformedException e) {
            return Optional.of(new HelloAnswer.Garbage(OctetString.NONE, e.getMessage()));
        } catch (EOFException e) {
            return Optional.of(shortAnswer());
        } catch (SocketTimeoutException e) {
            return Optional.of(new HelloAnswer.Silent(in.count()));
        } catch (IOException e) {
            return Optional.of(new HelloAnswer.Reset());
        }
    }

    /** A stream that ends after a few octets may be a short line of text. */
    private HelloAnswer shortAnswer() {
        OctetString seen = in.seen();
        boolean text = !seen.isEmpty() && ContentType.of(seen.at(0)).isEmpty();
        return text
                ? new HelloAnswer.Garbage(seen, "plaintext or other octets that are not TLS")
                : new HelloAnswer.Closed(in.count());
    }

    private Optional<HelloAnswer> take(TlsRecord record) throws MalformedException {
        ContentType type = ContentType.of(record.type()).orElseThrow();
        return switch (type) {
            case ALERT -> alert(record.content());
            case HANDSHAKE -> {
                handshake(record.content());
                yield Optional.empty();
            }
            case CHANGE_CIPHER_SPEC, APPLICATION_DATA, HEARTBEAT ->
                Optional.of(new HelloAnswer.Garbage(
                        OctetString.NONE, "a record of " + type + " inside the server's first flight"));
        };
    }

    private Optional<HelloAnswer> alert(OctetString content) throws MalformedException {
        Alert alert = Alert.parse(content);
        if (alert.isWarning() && alert.description() != Alert.CLOSE_NOTIFY) {
            warnings.add(alert);
            return Optional.empty();
        }
        return Optional.of(new HelloAnswer.Refused(alert));
    }

    private void handshake(OctetString content) throws MalformedException {
        if (content.isEmpty()) {
            throw new MalformedException("an empty handshake record (RFC 8446 section 5.1)");
        }
        assembler.add(content);
        Optional<HandshakeMessage> message = assembler.next();
        while (message.isPresent() && !flight.isWhole()) {
            flight.take(message.get());
            message = assembler.next();
        }
    }

    private HelloAnswer foreign(OctetString header) throws IOException {
        if ((header.at(0) & SSL2_LONG_HEADER) != 0 && header.at(2) == SSL2_SERVER_HELLO) {
            OctetString version = TlsRecord.exactly(in, 2);
            return new HelloAnswer.Ssl2Hello(version.at(0) << 8 | version.at(1));
        }
        in.takeAvailable(MAX_EVIDENCE);
        return new HelloAnswer.Garbage(in.seen(), "plaintext or other octets that are not TLS");
    }
}
