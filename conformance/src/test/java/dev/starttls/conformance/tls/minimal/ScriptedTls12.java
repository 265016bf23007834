package dev.starttls.conformance.tls.minimal;

import dev.starttls.conformance.tls.wire.Alert;
import dev.starttls.conformance.tls.wire.ClientExtensions;
import dev.starttls.conformance.tls.wire.ClientHello;
import dev.starttls.conformance.tls.wire.ContentType;
import dev.starttls.conformance.tls.wire.Extension;
import dev.starttls.conformance.tls.wire.HandshakeAssembler;
import dev.starttls.conformance.tls.wire.HandshakeMessage;
import dev.starttls.conformance.tls.wire.KeyShare;
import dev.starttls.conformance.tls.wire.OctetString;
import dev.starttls.conformance.tls.wire.RecordSplitter;
import dev.starttls.conformance.tls.wire.ServerHello;
import dev.starttls.conformance.tls.wire.TlsRecord;
import java.io.IOException;
import java.net.Socket;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A server of TLS 1.2 that greets and says 250 to every record of application data. Its key exchange is not signed, so
 * only the suite's own client accepts it.
 */
public final class ScriptedTls12 {

    /** What it does wrong. */
    public enum Fault {
        NONE,
        /** Accepts a Finished whatever its verify_data. */
        ANY_FINISHED,
        /** Resumes a session with the extended master secret for a client that does not offer it. */
        RESUMES_WITHOUT_EXTENDED_MASTER_SECRET,
        /** Allows three renegotiations, and cuts the fourth: not a fault but a limit. */
        THREE_RENEGOTIATIONS,
        /** Allows any number of renegotiations. */
        ANY_RENEGOTIATIONS,
        /** Does nothing about a ChangeCipherSpec before the key exchange. */
        PASSES_OVER_EARLY_CHANGE,
        /** Decrypts after a ChangeCipherSpec before the key exchange. */
        TAKES_EARLY_CHANGE
    }

    private static final int CHANGE = ContentType.CHANGE_CIPHER_SPEC.code();
    private static final int HANDSHAKE = ContentType.HANDSHAKE.code();
    private static final int DATA = ContentType.APPLICATION_DATA.code();
    private static final OctetString NO_CERTIFICATES = OctetString.hex("0b000003 000000");

    private record Stored(Tls12Suite suite, OctetString master) {}

    private static final Map<OctetString, Stored> SESSIONS = new ConcurrentHashMap<>();

    private final Socket socket;
    private final Fault fault;
    private final SecureRandom random = new SecureRandom();
    private final HandshakeAssembler assembler = new HandshakeAssembler();
    private OctetString messages = OctetString.NONE;
    private Optional<Tls12Protection> reading = Optional.empty();
    private Optional<Tls12Protection> writing = Optional.empty();

    private ScriptedTls12(Socket socket, Fault fault) {
        this.socket = socket;
        this.fault = fault;
    }

    /** Serves one connection to its end. */
    public static void serve(Socket socket, Fault fault) throws IOException {
        ScriptedTls12 server = new ScriptedTls12(socket, fault);
        server.shake(ClientHello.parse(server.next().octets()));
        server.talk();
    }

    private void talk() throws IOException {
        send(DATA, OctetString.ascii("220 ready\r\n"));
        int renegotiations = 0;
        while (true) {
            TlsRecord record = read();
            if (record.type() == DATA) {
                send(DATA, OctetString.ascii("250 ok\r\n"));
            } else if (record.type() == HANDSHAKE) {
                renegotiations++;
                int limit = fault == Fault.THREE_RENEGOTIATIONS ? 3 : fault == Fault.ANY_RENEGOTIATIONS ? 99 : 0;
                if (renegotiations > limit) {
                    fail(Alert.HANDSHAKE_FAILURE);
                }
                messages = record.content();
                shake(ClientHello.parse(record.content()));
            } else {
                return;
            }
        }
    }

    private void shake(ClientHello hello) throws IOException {
        Optional<Tls12Suite> suite = hello.suites().stream()
                .flatMap(code -> Tls12Suite.offered(code).stream())
                .findFirst();
        if (suite.isEmpty() || hello.legacyVersion() != 0x0303) {
            fail(Alert.PROTOCOL_VERSION);
        }
        boolean extended = hello.extension(Extension.EXTENDED_MASTER_SECRET).isPresent();
        Stored stored = SESSIONS.get(hello.sessionId());
        if (stored != null && (extended || fault == Fault.RESUMES_WITHOUT_EXTENDED_MASTER_SECRET)) {
            abbreviated(hello, stored);
            return;
        }
        full(hello, suite.orElseThrow());
    }

    private void full(ClientHello hello, Tls12Suite suite) throws IOException {
        EphemeralKeys ephemeral = new EphemeralKeys();
        KeyShare mine = ephemeral.shares().get(0);
        ServerHello chosen = hello(hello, octets(32), suite);
        message(11, NO_CERTIFICATES.slice(4, NO_CERTIFICATES.length()));
        message(
                12,
                OctetString.of(new byte[] {
                            3, 0, (byte) mine.group(), (byte) mine.exchange().length()
                        })
                        .and(mine.exchange())
                        .and(OctetString.hex("0403 0000")));
        message(14, OctetString.NONE);
        HandshakeMessage exchange = next();
        OctetString premaster = ephemeral.agree(new KeyShare(
                mine.group(), exchange.body().slice(1, exchange.body().length())));
        OctetString master = chosen.extension(Extension.EXTENDED_MASTER_SECRET).isPresent()
                ? suite.masterSecret(premaster, "extended master secret", suite.hash(messages))
                : suite.masterSecret(premaster, "master secret", hello.random().and(chosen.random()));
        Tls12Keys keys = Tls12Keys.of(suite, master, hello, chosen);
        clientFinished(suite, master, keys);
        serverFinished(suite, master, keys);
        SESSIONS.put(chosen.sessionId(), new Stored(suite, master));
    }

    private void abbreviated(ClientHello hello, Stored stored) throws IOException {
        ServerHello chosen = hello(hello, hello.sessionId(), stored.suite());
        Tls12Keys keys = Tls12Keys.of(stored.suite(), stored.master(), hello, chosen);
        serverFinished(stored.suite(), stored.master(), keys);
        clientFinished(stored.suite(), stored.master(), keys);
    }

    private ServerHello hello(ClientHello hello, OctetString id, Tls12Suite suite) throws IOException {
        OctetString extensions = OctetString.NONE;
        List<Extension> offered = new ArrayList<>(List.of(ClientExtensions.renegotiationInfo()));
        if (hello.extension(Extension.EXTENDED_MASTER_SECRET).isPresent()) {
            offered.add(ClientExtensions.extendedMasterSecret());
        }
        for (Extension one : offered) {
            extensions = extensions
                    .and(u16(one.type()))
                    .and(u16(one.data().length()))
                    .and(one.data());
        }
        OctetString body = OctetString.hex("0303")
                .and(octets(32))
                .and(OctetString.of(new byte[] {(byte) id.length()}))
                .and(id)
                .and(u16(suite.suite().code()))
                .and(OctetString.hex("00"))
                .and(u16(extensions.length()))
                .and(extensions);
        message(2, body);
        return ServerHello.parse(body);
    }

    private void clientFinished(Tls12Suite suite, OctetString master, Tls12Keys keys) throws IOException {
        OctetString expected = suite.verifyData(master, "client finished", messages);
        if (read().type() != CHANGE) {
            fail(Alert.UNEXPECTED_MESSAGE);
        }
        reading = Optional.of(keys.ofClient());
        if (!next().body().equals(expected) && fault != Fault.ANY_FINISHED) {
            fail(51);
        }
    }

    private void serverFinished(Tls12Suite suite, OctetString master, Tls12Keys keys) throws IOException {
        send(CHANGE, OctetString.hex("01"));
        writing = Optional.of(keys.ofServer());
        message(20, suite.verifyData(master, "server finished", messages));
    }

    private void message(int type, OctetString body) throws IOException {
        OctetString message = new HandshakeMessage(type, body).octets();
        messages = messages.and(message);
        send(HANDSHAKE, message);
    }

    private HandshakeMessage next() throws IOException {
        Optional<HandshakeMessage> message = assembler.next();
        while (message.isEmpty()) {
            TlsRecord record = read();
            if (record.type() == CHANGE) {
                early();
            }
            assembler.add(record.content());
            message = assembler.next();
        }
        messages = messages.and(message.get().octets());
        return message.get();
    }

    private void early() throws IOException {
        if (fault == Fault.PASSES_OVER_EARLY_CHANGE) {
            socket.getInputStream().transferTo(java.io.OutputStream.nullOutputStream());
        }
        if (fault == Fault.TAKES_EARLY_CHANGE) {
            read();
            fail(Alert.BAD_RECORD_MAC);
        }
        fail(Alert.UNEXPECTED_MESSAGE);
    }

    private TlsRecord read() throws IOException {
        TlsRecord record = TlsRecord.read(socket.getInputStream());
        return reading.isPresent() ? reading.get().open(record) : record;
    }

    private void send(int type, OctetString content) throws IOException {
        OctetString record =
                writing.isPresent() ? writing.get().seal(type, content) : RecordSplitter.record(type, 0x0303, content);
        socket.getOutputStream().write(record.array());
    }

    private void fail(int alert) throws IOException {
        send(ContentType.ALERT.code(), OctetString.of(new byte[] {2, (byte) alert}));
        throw new IOException("refused");
    }

    private OctetString octets(int length) {
        byte[] octets = new byte[length];
        random.nextBytes(octets);
        return OctetString.of(octets);
    }

    private static OctetString u16(int number) {
        return OctetString.of(new byte[] {(byte) (number >> 8), (byte) number});
    }
}
