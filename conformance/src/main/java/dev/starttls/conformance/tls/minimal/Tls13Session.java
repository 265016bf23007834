package dev.starttls.conformance.tls.minimal;

import dev.starttls.conformance.tls.wire.Alert;
import dev.starttls.conformance.tls.wire.ContentType;
import dev.starttls.conformance.tls.wire.Extension;
import dev.starttls.conformance.tls.wire.HandshakeAssembler;
import dev.starttls.conformance.tls.wire.HandshakeMessage;
import dev.starttls.conformance.tls.wire.MalformedException;
import dev.starttls.conformance.tls.wire.OctetString;
import dev.starttls.conformance.tls.wire.ServerMessages;
import dev.starttls.conformance.tls.wire.SessionTicket;
import dev.starttls.conformance.tls.wire.TlsRecord;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/** A session of TLS 1.3 after its handshake. Not safe for use by several threads. */
public final class Tls13Session implements MinimalTlsSession {

    private static final int NEW_SESSION_TICKET = 4;
    private static final int KEY_UPDATE = 24;
    private static final OctetString UPDATE_REQUESTED = OctetString.hex("18000001 01");
    private static final OctetString UPDATE_NOT_REQUESTED = OctetString.hex("18000001 00");
    private static final int MAX_RECORDS_WITHOUT_DATA = 1024;
    private static final int MAX_TICKETS = 64;
    private static final OctetString CLOSE_NOTIFY = OctetString.hex("0100");

    private final InputStream in;
    private final Consumer<OctetString> out;
    private final Tls13Suite suite;
    private final OctetString resumption;
    private final List<Extension> encryptedExtensions;
    private final ClientHandshake.Beginning beginning;
    private final HandshakeAssembler assembler = new HandshakeAssembler();
    private final List<SessionTicket> tickets = new ArrayList<>();
    private Tls13Protection incoming;
    private Tls13Protection outgoing;
    private int keyUpdates;

    private Tls13Session(InputStream in, Consumer<OctetString> out, Tls13Handshake.Result result) {
        this.in = in;
        this.out = out;
        this.suite = result.suite();
        this.incoming = result.incoming();
        this.outgoing = result.outgoing();
        this.resumption = result.resumption();
        this.encryptedExtensions = result.encryptedExtensions();
        this.beginning = result.beginning();
    }

    /**
     * Shakes hands.
     *
     * @param in what the server sends; it throws an exception after its time limit
     * @param out sends octets in one segment where they fit
     * @param serverName for SNI; empty sends none
     * @throws MalformedException if the server does not speak TLS 1.3 with AES-GCM and x25519 or secp256r1, or not TLS
     *     at all
     * @throws AlertException if the server refused
     */
    public static Tls13Session shake(InputStream in, Consumer<OctetString> out, String serverName) throws IOException {
        return shake(in, out, serverName, List.of());
    }

    /**
     * Performs a handshake, and presents this certificate if the server asks for one.
     *
     * @throws IOException as the other does
     */
    public static Tls13Session shake(
            InputStream in, Consumer<OctetString> out, String serverName, Optional<ClientAuthentication> identity)
            throws IOException {
        return new Tls13Session(in, out, new Tls13Handshake(in, out, identity).shake(serverName, List.of()));
    }

    /**
     * The same with these extensions in the ClientHello too.
     *
     * @throws IOException as the other does
     */
    public static Tls13Session shake(InputStream in, Consumer<OctetString> out, String serverName, List<Extension> more)
            throws IOException {
        return new Tls13Session(in, out, new Tls13Handshake(in, out).shake(serverName, more));
    }

    /**
     * Shakes hands with a key share only of a group that does not exist, so that the server has to send a
     * HelloRetryRequest.
     *
     * @throws MalformedException if it does not, or goes on in another way than a client expects
     * @throws AlertException if the server refused
     */
    public static Tls13Session shakeRetried(InputStream in, Consumer<OctetString> out, String serverName)
            throws IOException {
        return new Tls13Session(in, out, new Tls13Handshake(in, out).shakeRetried(serverName));
    }

    /**
     * Shakes hands, but with a wrong MAC in the client's Finished; a sound server ends the connection then, and the
     * next read shows that.
     *
     * @throws IOException as {@link #shake} does
     */
    public static Tls13Session shakeSpoilt(InputStream in, Consumer<OctetString> out, String serverName)
            throws IOException {
        return new Tls13Session(
                in,
                out,
                new Tls13Handshake(in, out, ClientHandshake.ClientFinished.SPOILT).shake(serverName, List.of()));
    }

    /**
     * Performs a handshake with a ticket of an earlier session.
     *
     * @throws IOException as {@link #shake} does
     */
    public static Tls13Session resume(InputStream in, Consumer<OctetString> out, String serverName, PreSharedKey key)
            throws IOException {
        return resumeEarly(in, out, serverName, key, OctetString.NONE);
    }

    /**
     * Performs a handshake with a ticket of an earlier session, and sends early data under its key, whether or not the
     * ticket allows it.
     *
     * @throws IOException as {@link #shake} does
     */
    public static Tls13Session resumeEarly(
            InputStream in, Consumer<OctetString> out, String serverName, PreSharedKey key, OctetString earlyData)
            throws IOException {
        return new Tls13Session(in, out, new Tls13Handshake(in, out).resume(serverName, key, earlyData));
    }

    @Override
    public String version() {
        return "TLSv1.3";
    }

    @Override
    public boolean isResumed() {
        return beginning == ClientHandshake.Beginning.RESUMED;
    }

    /** The pre-shared keys of the tickets that came so far. */
    public List<PreSharedKey> preSharedKeys() {
        return tickets.stream()
                .map(ticket -> new PreSharedKey(suite, resumption, ticket))
                .toList();
    }

    @Override
    public String suite() {
        return suite.suite().name();
    }

    /** The extensions in the server's EncryptedExtensions. */
    public List<Extension> encryptedExtensions() {
        return encryptedExtensions;
    }

    /** The tickets for resumption that came so far. */
    public List<SessionTicket> tickets() {
        return List.copyOf(tickets);
    }

    @Override
    public int keyUpdates() {
        return keyUpdates;
    }

    @Override
    public OctetString seal(OctetString plain) {
        return outgoing.seal(ContentType.APPLICATION_DATA, plain);
    }

    @Override
    public OctetString closeNotify() {
        return outgoing.seal(ContentType.ALERT, CLOSE_NOTIFY);
    }

    @Override
    public OctetString keyUpdate() {
        return updating(UPDATE_REQUESTED);
    }

    private OctetString updating(OctetString message) {
        OctetString sealed = outgoing.seal(ContentType.HANDSHAKE, message);
        outgoing = outgoing.updated();
        return sealed;
    }

    @Override
    public Optional<OctetString> read() throws IOException {
        for (int records = 0; records < MAX_RECORDS_WITHOUT_DATA; records++) {
            TlsRecord record = incoming.open(TlsRecord.read(in));
            ContentType type = ContentType.of(record.type())
                    .orElseThrow(() -> new MalformedException("a record of the unknown type " + record.type()));
            switch (type) {
                case APPLICATION_DATA -> {
                    if (!record.content().isEmpty()) {
                        return Optional.of(record.content());
                    }
                }
                case HANDSHAKE -> messages(record.content());
                case ALERT -> {
                    Alert alert = Alert.parse(record.content());
                    if (alert.description() == Alert.CLOSE_NOTIFY) {
                        return Optional.empty();
                    }
                    throw new AlertException(alert);
                }
                default -> throw new MalformedException("a record of " + type + " inside the session");
            }
        }
        throw new MalformedException("more than " + MAX_RECORDS_WITHOUT_DATA + " records without data");
    }

    private void messages(OctetString content) throws MalformedException {
        assembler.add(content);
        Optional<HandshakeMessage> message = assembler.next();
        while (message.isPresent()) {
            switch (message.get().type()) {
                case NEW_SESSION_TICKET -> {
                    if (tickets.size() < MAX_TICKETS) {
                        tickets.add(ServerMessages.sessionTicket(message.get().body()));
                    }
                }
                case KEY_UPDATE -> {
                    keyUpdates++;
                    incoming = incoming.updated();
                    if (message.get().body().equals(OctetString.hex("01"))) {
                        out.accept(updating(UPDATE_NOT_REQUESTED));
                    }
                }
                default ->
                    throw new MalformedException(
                            "a message of type " + message.get().type() + " after the handshake");
            }
            message = assembler.next();
        }
    }
}
