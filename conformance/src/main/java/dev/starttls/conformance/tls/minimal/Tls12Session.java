package dev.starttls.conformance.tls.minimal;

import dev.starttls.conformance.tls.wire.Alert;
import dev.starttls.conformance.tls.wire.ClientExtensions;
import dev.starttls.conformance.tls.wire.ClientHello;
import dev.starttls.conformance.tls.wire.ContentType;
import dev.starttls.conformance.tls.wire.Extension;
import dev.starttls.conformance.tls.wire.HandshakeAssembler;
import dev.starttls.conformance.tls.wire.HandshakeMessage;
import dev.starttls.conformance.tls.wire.MalformedException;
import dev.starttls.conformance.tls.wire.OctetString;
import dev.starttls.conformance.tls.wire.ServerHello;
import dev.starttls.conformance.tls.wire.TlsRecord;
import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;
import java.util.function.Consumer;

/** A session of TLS 1.2 after its handshake. Not safe for use by several threads. */
public final class Tls12Session implements MinimalTlsSession {

    private static final int HELLO_REQUEST = 0;
    private static final int MAX_RECORDS_WITHOUT_DATA = 1024;
    private static final OctetString CLOSE_NOTIFY = OctetString.hex("0100");

    private final InputStream in;
    private final String serverName;
    private final Tls12Handshake.Result result;

    private Tls12Session(InputStream in, String serverName, Tls12Handshake.Result result) {
        this.in = in;
        this.serverName = serverName;
        this.result = result;
    }

    /** What a client supports, as far as it matters for resumption, renegotiation and heartbeats. */
    public enum Kind {
        /** Accepts tickets and indicates secure renegotiation, as modern clients do. */
        MODERN,
        /** Accepts no tickets, so that only the server can store the session (RFC 5246 section 7.4.1.2). */
        WITHOUT_TICKETS,
        /** Does not indicate secure renegotiation, as clients before 2010 (RFC 5746 section 3.6). */
        WITHOUT_SECURE_RENEGOTIATION,
        /** Allows the server to send heartbeats (RFC 6520 section 2). */
        WITH_HEARTBEAT
    }

    /**
     * Shakes hands.
     *
     * @param in what the server sends; it throws an exception after its time limit
     * @param out sends octets in one segment where they fit
     * @param serverName for SNI; empty sends none
     * @throws MalformedException if the server does not speak TLS 1.2 with ECDHE and AES-GCM, or not TLS at all
     * @throws AlertException if the server refused
     */
    public static Tls12Session shake(InputStream in, Consumer<OctetString> out, String serverName, Kind kind)
            throws IOException {
        return shake(in, out, serverName, kind, Optional.empty());
    }

    /**
     * Performs a handshake, and presents this certificate if the server asks for one.
     *
     * @throws IOException as the other does
     */
    public static Tls12Session shake(
            InputStream in,
            Consumer<OctetString> out,
            String serverName,
            Kind kind,
            Optional<ClientAuthentication> identity)
            throws IOException {
        return new Tls12Session(in, serverName, new Tls12Handshake(in, out, identity).shake(hello(serverName, kind)));
    }

    /**
     * Shakes hands, but with a wrong verify_data in the client's Finished.
     *
     * @throws IOException as {@link #shake} does; a sound server refuses
     */
    public static Tls12Session shakeSpoilt(InputStream in, Consumer<OctetString> out, String serverName)
            throws IOException {
        ClientHello hello = hello(serverName, Kind.MODERN);
        return new Tls12Session(
                in, serverName, new Tls12Handshake(in, out, ClientHandshake.ClientFinished.SPOILT).shake(hello));
    }

    /** Performs a handshake that offers a session by its id; {@link #isResumed} says whether the server resumed it. */
    public static Tls12Session resumeById(
            InputStream in, Consumer<OctetString> out, String serverName, Tls12Resumption session) throws IOException {
        ClientHello hello = hello(serverName, Kind.WITHOUT_TICKETS)
                .with()
                .sessionId(session.sessionId())
                .build();
        return new Tls12Session(in, serverName, new Tls12Handshake(in, out).resume(hello, session));
    }

    /**
     * Performs a handshake that offers a session by its ticket; {@link #isResumed} says whether the server resumed it.
     */
    public static Tls12Session resumeByTicket(
            InputStream in, Consumer<OctetString> out, String serverName, Tls12Resumption session) throws IOException {
        // An id of the client's own, which the server returns if it accepts the ticket (RFC 5077 section 3.4).
        ClientHello modern = hello(serverName, Kind.MODERN);
        ClientHello hello = modern.with()
                .sessionId(modern.random())
                .extension(ClientExtensions.sessionTicket(session.ticket()))
                .build();
        return new Tls12Session(in, serverName, new Tls12Handshake(in, out).resume(hello, session));
    }

    /**
     * The same without the extended_master_secret extension, which the session was made with: the server must not
     * resume it (RFC 7627 section 5.3).
     */
    public static Tls12Session resumeWithoutExtendedMasterSecret(
            InputStream in, Consumer<OctetString> out, String serverName, Tls12Resumption session) throws IOException {
        ClientHello modern = hello(serverName, Kind.MODERN);
        ClientHello hello = modern.with()
                .sessionId(session.sessionId().isEmpty() ? modern.random() : session.sessionId())
                .extension(ClientExtensions.sessionTicket(session.ticket()))
                .without(Extension.EXTENDED_MASTER_SECRET)
                .build();
        return new Tls12Session(in, serverName, new Tls12Handshake(in, out).resume(hello, session));
    }

    private static ClientHello hello(String serverName, Kind kind) {
        ClientHello hello = Tls12Handshake.hello(serverName);
        return switch (kind) {
            case MODERN -> hello;
            case WITHOUT_TICKETS ->
                hello.with().without(Extension.SESSION_TICKET).build();
            case WITHOUT_SECURE_RENEGOTIATION ->
                hello.with().without(Extension.RENEGOTIATION_INFO).build();
            case WITH_HEARTBEAT ->
                hello.with().extension(ClientExtensions.heartbeat()).build();
        };
    }

    /** What the server chose. */
    public ServerHello chosen() {
        return result.chosen();
    }

    @Override
    public String version() {
        return "TLSv1.2";
    }

    @Override
    public String suite() {
        return result.resumption().suite().suite().name();
    }

    @Override
    public boolean isResumed() {
        return result.beginning() == ClientHandshake.Beginning.RESUMED;
    }

    /** What is needed to resume this session on another connection. */
    public Tls12Resumption resumption() {
        return result.resumption();
    }

    @Override
    public OctetString seal(OctetString plain) {
        return seal(ContentType.APPLICATION_DATA, plain);
    }

    /** One record of any type; it is not sent yet. */
    public OctetString seal(ContentType type, OctetString plain) {
        return result.keys().ofClient().seal(type.code(), plain);
    }

    @Override
    public OctetString closeNotify() {
        return seal(ContentType.ALERT, CLOSE_NOTIFY);
    }

    @Override
    public OctetString keyUpdate() {
        throw new IllegalStateException("Expected a session of TLS 1.3, got one of TLS 1.2, which has no KeyUpdate");
    }

    @Override
    public int keyUpdates() {
        return 0;
    }

    /** A ClientHello inside the session that starts a secure renegotiation (RFC 5746 section 3.5). */
    public OctetString secureRenegotiation() {
        return seal(
                ContentType.HANDSHAKE,
                Tls12Handshake.hello(serverName)
                        .with()
                        .extension(ClientExtensions.renegotiationInfo(result.verifyData()))
                        .build()
                        .message());
    }

    /**
     * Performs a whole secure renegotiation.
     *
     * @return the session that takes the place of this one
     * @throws AlertException if the server refused
     */
    public Tls12Session renegotiated(Consumer<OctetString> out) throws IOException {
        ClientHello hello = Tls12Handshake.hello(serverName)
                .with()
                .extension(ClientExtensions.renegotiationInfo(result.verifyData()))
                .build();
        return new Tls12Session(
                in, serverName, Tls12Handshake.inside(in, out, result.keys()).shake(hello));
    }

    /** A ClientHello as before RFC 5746, which is not bound to the session. */
    public OctetString insecureRenegotiation() {
        return seal(
                ContentType.HANDSHAKE,
                hello(serverName, Kind.WITHOUT_SECURE_RENEGOTIATION).message());
    }

    /** What came inside the session. */
    public sealed interface Came {
        /** At least one octet of application data. */
        record Data(OctetString octets) implements Came {}

        /** An alert, close_notify among them. */
        record Alerted(Alert alert) implements Came {}

        /** A message of another handshake, by its type. */
        record Handshake(int type) implements Came {}

        /** A record of a type that is not expected in a session. */
        record Other(int type) implements Came {}
    }

    /**
     * Waits for what comes next, except HelloRequest messages, which are skipped.
     *
     * @throws MalformedException if something came that is not TLS 1.2 under the server's key
     */
    public Came next() throws IOException {
        HandshakeAssembler assembler = new HandshakeAssembler();
        for (int records = 0; records < MAX_RECORDS_WITHOUT_DATA; records++) {
            TlsRecord record = result.keys().ofServer().open(TlsRecord.read(in));
            ContentType type = ContentType.of(record.type())
                    .orElseThrow(() -> new MalformedException("a record of the unknown type " + record.type()));
            switch (type) {
                case APPLICATION_DATA -> {
                    if (!record.content().isEmpty()) {
                        return new Came.Data(record.content());
                    }
                }
                case ALERT -> {
                    return new Came.Alerted(Alert.parse(record.content()));
                }
                case HANDSHAKE -> {
                    assembler.add(record.content());
                    Optional<HandshakeMessage> message = assembler.next();
                    while (message.isPresent()) {
                        if (message.get().type() != HELLO_REQUEST) {
                            return new Came.Handshake(message.get().type());
                        }
                        message = assembler.next();
                    }
                }
                default -> {
                    return new Came.Other(record.type());
                }
            }
        }
        throw new MalformedException("more than " + MAX_RECORDS_WITHOUT_DATA + " records without data");
    }

    @Override
    public Optional<OctetString> read() throws IOException {
        Came came = next();
        if (came instanceof Came.Data data) {
            return Optional.of(data.octets());
        }
        if (came instanceof Came.Alerted alerted) {
            if (alerted.alert().description() == Alert.CLOSE_NOTIFY) {
                return Optional.empty();
            }
            throw new AlertException(alerted.alert());
        }
        throw new MalformedException("expected application data, got " + came);
    }
}
