package dev.starttls.conformance.client;

import dev.starttls.conformance.client.subject.Attempt;
import dev.starttls.conformance.tls.minimal.EphemeralKeys;
import dev.starttls.conformance.tls.minimal.Tls12Keys;
import dev.starttls.conformance.tls.minimal.Tls12Suite;
import dev.starttls.conformance.tls.minimal.Tls13Protection;
import dev.starttls.conformance.tls.minimal.Tls13Suite;
import dev.starttls.conformance.tls.wire.CipherSuite;
import dev.starttls.conformance.tls.wire.ClientExtensions;
import dev.starttls.conformance.tls.wire.ClientHello;
import dev.starttls.conformance.tls.wire.ClientHelloBuilder;
import dev.starttls.conformance.tls.wire.ContentType;
import dev.starttls.conformance.tls.wire.Extension;
import dev.starttls.conformance.tls.wire.HandshakeAssembler;
import dev.starttls.conformance.tls.wire.HandshakeMessage;
import dev.starttls.conformance.tls.wire.KeyShare;
import dev.starttls.conformance.tls.wire.MalformedException;
import dev.starttls.conformance.tls.wire.NamedGroup;
import dev.starttls.conformance.tls.wire.OctetString;
import dev.starttls.conformance.tls.wire.OctetWriter;
import dev.starttls.conformance.tls.wire.ProtocolVersion;
import dev.starttls.conformance.tls.wire.RecordSplitter;
import dev.starttls.conformance.tls.wire.ServerHello;
import dev.starttls.conformance.tls.wire.ServerMessages;
import dev.starttls.conformance.tls.wire.TlsRecord;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.math.BigInteger;
import java.net.SocketTimeoutException;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * TLS of a client that takes whatever the server does and goes on: any version, suite, group and key, messages twice or
 * not at all, and records that were changed. It verifies nothing.
 */
final class RecklessTls {
    private static final int SERVER_KEY_EXCHANGE = 12;
    private static final int SERVER_HELLO_DONE = 14;
    private static final int CLIENT_KEY_EXCHANGE = 16;
    private static final int FINISHED = 20;
    private static final int MANY = 100;
    /** Longer than any message with two certificates. */
    private static final int LONG = 8000;

    private static final List<CipherSuite> SUITES = List.of(
            CipherSuite.TLS_AES_128_GCM_SHA256,
            CipherSuite.TLS_AES_256_GCM_SHA384,
            CipherSuite.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256,
            CipherSuite.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,
            CipherSuite.TLS_DHE_RSA_WITH_AES_128_GCM_SHA256);

    private final InputStream in;
    private final OutputStream out;
    private final Set<ClientFault> faults;
    private final EphemeralKeys ephemeral = new EphemeralKeys();
    private final HandshakeAssembler assembler = new HandshakeAssembler();
    private OctetString messages = OctetString.NONE;
    private Optional<Direction> incoming = Optional.empty();
    private Direction outgoing = (record, type) -> record;
    private OctetString held = OctetString.NONE;
    private int handshakeRecords;
    private int handshakeOctets;

    /** Seals content, or opens a record: to the content with its type at the end. */
    private interface Direction {
        OctetString transform(OctetString octets, int type) throws IOException;
    }

    /** The cases in which records come so: what one read gives is not left to the network's timing. */
    private static final Set<String> OCTET_BY_OCTET = Set.of("TLS-C-37c", "TLS-C-37d");

    private RecklessTls(InputStream in, OutputStream out, Set<ClientFault> faults) {
        this.in = in;
        this.out = out;
        this.faults = faults;
    }

    static RecklessTls shake(InputStream in, OutputStream out, Attempt attempt, Set<ClientFault> faults)
            throws IOException {
        boolean impatient =
                faults.contains(ClientFault.TAKES_A_SEGMENT_FOR_A_RECORD) && OCTET_BY_OCTET.contains(attempt.caseId());
        InputStream source = impatient ? new Impatient(in) : in;
        RecklessTls made = new RecklessTls(source, out, faults);
        made.shake(attempt.host());
        return made;
    }

    private void shake(String host) throws IOException {
        ClientHello hello = ClientHello.modern(host)
                .with()
                .suites(SUITES)
                .extension(ClientExtensions.supportedGroups(EphemeralKeys.GROUPS))
                .extension(ClientExtensions.keyShare(
                        EphemeralKeys.GROUPS.stream().map(ephemeral::share).toList()))
                .build();
        send(hello);
        ServerHello chosen = serverHello();
        boolean retried = false;
        while (chosen.isRetryRequest()) {
            chosen = retry(hello, chosen, retried);
            retried = true;
        }
        boolean is13 = chosen.isVersion(ProtocolVersion.TLS13);
        if (faults.contains(is13 ? ClientFault.FAILS_IN_TLS13 : ClientFault.FAILS_IN_TLS12)) {
            throw new IOException("a version that was offered, and is not known");
        }
        if (is13) {
            finish13(chosen);
        } else {
            finish12(hello, chosen);
        }
    }

    private ServerHello retry(ClientHello hello, ServerHello request, boolean again) throws IOException {
        if (!again) {
            OctetString asked = messages.slice(hello.message().length(), messages.length());
            Tls13Suite suite = suite13(request);
            OctetString hash = suite.hash(hello.message());
            messages = OctetString.of(new byte[] {(byte) 254, 0, 0, (byte) hash.length()})
                    .and(hash)
                    .and(asked);
        }
        ClientHelloBuilder second = hello.with();
        request.extension(Extension.COOKIE).ifPresent(second::extension);
        send(second.build());
        return serverHello();
    }

    private static Tls13Suite suite13(ServerHello chosen) {
        return Tls13Suite.of(chosen.suite()).orElse(Tls13Suite.AES_128);
    }

    private ServerHello serverHello() throws IOException {
        return ServerHello.parse(next().body());
    }

    private void finish13(ServerHello chosen) throws IOException {
        Tls13Suite suite = suite13(chosen);
        KeyShare theirs = ServerMessages.keyShare(
                chosen.extension(Extension.KEY_SHARE).map(Extension::data).orElse(OctetString.NONE));
        OctetString shared = secret(theirs, OctetString.zeros(32));
        OctetString early = suite.hmac(suite.noSecret(), suite.noSecret());
        OctetString secret = suite.hmac(suite.derive(early, "derived", OctetString.NONE), shared);
        OctetString client = suite.derive(secret, "c hs traffic", messages);
        incoming = Optional.of(opening13(suite, suite.derive(secret, "s hs traffic", messages)));
        HandshakeMessage message = next();
        while (message.type() != FINISHED) {
            message = next();
        }
        OctetString main = suite.hmac(suite.derive(secret, "derived", OctetString.NONE), suite.noSecret());
        OctetString finished = suite.finished(client, messages);
        write(new Tls13Protection(suite, client)
                .seal(ContentType.HANDSHAKE, new HandshakeMessage(FINISHED, finished).octets()));
        Tls13Protection data = new Tls13Protection(suite, suite.derive(main, "c ap traffic", messages));
        outgoing = (octets, type) -> data.seal(ContentType.APPLICATION_DATA, octets);
        incoming = Optional.of(opening13(suite, suite.derive(main, "s ap traffic", messages)));
    }

    /** A record that does not decrypt is taken with its last bit flipped back. */
    private static Direction opening13(Tls13Suite suite, OctetString secret) {
        Tls13Protection[] current = {new Tls13Protection(suite, secret)};
        int[] count = {0};
        return (octets, type) -> {
            TlsRecord opened;
            try {
                opened = current[0].open(record(octets));
            } catch (MalformedException e) {
                current[0] = new Tls13Protection(suite, secret);
                for (int i = 0; i < count[0]; i++) {
                    var unused = current[0].seal(ContentType.APPLICATION_DATA, OctetString.NONE);
                }
                opened = current[0].open(record(octets.flipped(octets.length() - 1, 1)));
            }
            count[0]++;
            return opened.content().and(OctetString.of(new byte[] {(byte) opened.type()}));
        };
    }

    private static TlsRecord record(OctetString octets) {
        return new TlsRecord(
                octets.at(0), ProtocolVersion.TLS12.code(), octets.slice(TlsRecord.HEADER, octets.length()));
    }

    /** What this TLS cannot compute is what the server computes for a client that does not look. */
    private OctetString secret(KeyShare theirs, OctetString unknown) throws MalformedException {
        if (theirs.exchange().equals(OctetString.zeros(32))) {
            return OctetString.zeros(32);
        }
        if (!EphemeralKeys.GROUPS.contains(theirs.group())) {
            return unknown;
        }
        try {
            return ephemeral.agree(theirs);
        } catch (MalformedException e) {
            return theirs.exchange().slice(1, 33);
        }
    }

    private void finish12(ClientHello hello, ServerHello chosen) throws IOException {
        OctetString exchange = OctetString.NONE;
        HandshakeMessage message = next();
        while (message.type() != SERVER_HELLO_DONE) {
            exchange = message.type() == SERVER_KEY_EXCHANGE ? message.body() : exchange;
            message = next();
        }
        OctetString point = ephemeral.share(NamedGroup.SECP256R1.code()).exchange();
        Optional<Tls12Suite> known = Tls12Suite.of(chosen.suite());
        if (known.isEmpty() || !chosen.isVersion(ProtocolVersion.TLS12)) {
            handshake(CLIENT_KEY_EXCHANGE, new OctetWriter().vector8(point).octets());
            throw new EOFException("expected the server to go on, got " + in.read());
        }
        Tls12Suite suite = known.get();
        OctetString premaster;
        if (suite.isElliptic()) {
            KeyShare theirs = ServerMessages.ecdheShare(exchange);
            if (theirs.group() == NamedGroup.X25519.code()) {
                point = ephemeral.share(theirs.group()).exchange();
            }
            premaster = secret(theirs, point.slice(1, 33));
            handshake(CLIENT_KEY_EXCHANGE, new OctetWriter().vector8(point).octets());
        } else {
            // Prime, generator and public key; with the private key 1, the secret is the public key itself.
            OctetString generator = vector16(exchange.slice(vector16(exchange).length() + 2, exchange.length()));
            int before = vector16(exchange).length() + generator.length() + 4;
            premaster = stripped(new BigInteger(
                    1, vector16(exchange.slice(before, exchange.length())).array()));
            handshake(CLIENT_KEY_EXCHANGE, new OctetWriter().vector16(generator).octets());
        }
        boolean extended = chosen.extension(Extension.EXTENDED_MASTER_SECRET).isPresent();
        OctetString master = extended
                ? suite.masterSecret(premaster, "extended master secret", suite.hash(messages))
                : suite.masterSecret(premaster, "master secret", hello.random().and(chosen.random()));
        Tls12Keys keys = Tls12Keys.of(suite, master, hello, chosen);
        OctetString finished =
                new HandshakeMessage(FINISHED, suite.verifyData(master, "client finished", messages)).octets();
        messages = messages.and(finished);
        write(RecordSplitter.record(
                        ContentType.CHANGE_CIPHER_SPEC.code(), ProtocolVersion.TLS12.code(), OctetString.hex("01"))
                .and(keys.ofClient().seal(ContentType.HANDSHAKE.code(), finished)));
        outgoing = (octets, type) -> keys.ofClient().seal(ContentType.APPLICATION_DATA.code(), octets);
        OctetString random = master;
        derived = Optional.of(opening12(() -> Tls12Keys.of(suite, random, hello, chosen)));
        HandshakeMessage last = next();
        while (last.type() != FINISHED) {
            last = next();
        }
    }

    private Optional<Direction> derived = Optional.empty();

    private interface Keys {
        Tls12Keys get();
    }

    private static Direction opening12(Keys keys) {
        Tls12Keys[] current = {keys.get()};
        int[] count = {0};
        return (octets, type) -> {
            TlsRecord opened;
            try {
                opened = current[0].ofServer().open(record(octets));
            } catch (MalformedException e) {
                current[0] = keys.get();
                for (int i = 0; i < count[0]; i++) {
                    var unused = current[0].ofServer().seal(ContentType.APPLICATION_DATA.code(), OctetString.NONE);
                }
                opened = current[0].ofServer().open(record(octets.flipped(octets.length() - 1, 1)));
            }
            count[0]++;
            return opened.content().and(OctetString.of(new byte[] {(byte) opened.type()}));
        };
    }

    /** The octets after their length, at the head of others. */
    private static OctetString vector16(OctetString octets) {
        return octets.slice(2, 2 + (octets.at(0) << 8 | octets.at(1)));
    }

    private static OctetString stripped(BigInteger number) {
        byte[] octets = number.toByteArray();
        return OctetString.of(octets[0] == 0 ? Arrays.copyOfRange(octets, 1, octets.length) : octets);
    }

    private void send(ClientHello hello) throws IOException {
        messages = messages.and(hello.message());
        write(RecordSplitter.joined(
                RecordSplitter.handshake(ProtocolVersion.TLS10.code(), hello.message(), RecordSplitter.MAX_PLAINTEXT)));
    }

    private void handshake(int type, OctetString body) throws IOException {
        OctetString message = new HandshakeMessage(type, body).octets();
        messages = messages.and(message);
        write(RecordSplitter.record(ContentType.HANDSHAKE.code(), ProtocolVersion.TLS12.code(), message));
    }

    private void write(OctetString octets) throws IOException {
        out.write(octets.array());
        out.flush();
    }

    private HandshakeMessage next() throws IOException {
        Optional<HandshakeMessage> message = assembler.next();
        while (message.isEmpty()) {
            OctetString content = content();
            if (content.at(content.length() - 1) == ContentType.HANDSHAKE.code()) {
                assembler.add(content.first(content.length() - 1));
                handshakeOctets += content.length() - 1;
            }
            if (faults.contains(ClientFault.CRASHES_ON_LONG_ANSWERS) && handshakeOctets > LONG) {
                throw new TestClient.CrashedException();
            }
            message = assembler.next();
        }
        messages = messages.and(message.get().octets());
        return message.get();
    }

    /** The content of the next record, with its type at the end. */
    private OctetString content() throws IOException {
        TlsRecord record = anyRecord();
        if (record.type() == ContentType.CHANGE_CIPHER_SPEC.code()) {
            incoming = incoming.or(() -> derived);
            return OctetString.of(new byte[] {(byte) record.type()});
        }
        boolean isSealed =
                incoming.isPresent() && (derived.isPresent() || record.type() == ContentType.APPLICATION_DATA.code());
        OctetString content = isSealed
                ? incoming.get().transform(record.octets(), 0)
                : record.content().and(OctetString.of(new byte[] {(byte) record.type()}));
        if (faults.contains(ClientFault.WAITS_AFTER_AN_EMPTY_HANDSHAKE_RECORD)
                && content.length() == 1
                && content.at(0) == ContentType.HANDSHAKE.code()) {
            throw new TestClient.HungException();
        }
        if (faults.contains(ClientFault.STOPS_AT_SHORT_RECORDS) && content.length() <= 2) {
            throw new IOException("a record of " + (content.length() - 1) + " octets");
        }
        return content;
    }

    private int read(byte[] octets, int offset, int length) throws IOException {
        while (held.isEmpty()) {
            OctetString content = content();
            int type = content.at(content.length() - 1);
            if (type == ContentType.ALERT.code()) {
                return -1;
            }
            if (type == ContentType.HANDSHAKE.code()) {
                handshakeInSession(content);
            } else if (type == ContentType.APPLICATION_DATA.code()) {
                held = content.first(content.length() - 1);
            }
        }
        int count = Math.min(length, held.length());
        System.arraycopy(held.first(count).array(), 0, octets, offset, count);
        held = held.slice(count, held.length());
        return count;
    }

    private void handshakeInSession(OctetString content) throws IOException {
        handshakeRecords++;
        if (faults.contains(ClientFault.STOPS_AT_MANY_TICKETS) && handshakeRecords > MANY) {
            throw new IOException("more than " + MANY + " tickets");
        }
        if (faults.contains(ClientFault.WAITS_AFTER_HELLO_REQUEST) && content.at(0) == 0) {
            throw new SocketTimeoutException("waited for a renegotiation");
        }
    }

    InputStream input() {
        return new InputStream() {
            @Override
            public int read() throws IOException {
                byte[] one = new byte[1];
                return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
            }

            @Override
            public int read(byte[] octets, int offset, int length) throws IOException {
                return RecklessTls.this.read(octets, offset, length);
            }
        };
    }

    OutputStream output() {
        return new OutputStream() {
            @Override
            public void write(int octet) throws IOException {
                write(new byte[] {(byte) octet}, 0, 1);
            }

            @Override
            public void write(byte[] octets, int offset, int length) throws IOException {
                RecklessTls.this.write(outgoing.transform(OctetString.of(octets, offset, length), 0));
            }
        };
    }

    /** Takes what one read gives for all that there is, which is one octet at best. */
    private static final class Impatient extends InputStream {
        private final InputStream source;

        Impatient(InputStream source) {
            this.source = source;
        }

        @Override
        public int read() throws IOException {
            return source.read();
        }

        @Override
        public int read(byte[] octets, int offset, int length) throws IOException {
            int count = source.read(octets, offset, Math.min(length, 1));
            if (count >= 0 && count < length) {
                throw new IOException("expected " + length + " octets, got " + count);
            }
            return count;
        }
    }

    /** Of whatever length. */
    private TlsRecord anyRecord() throws IOException {
        OctetString header = OctetString.of(in.readNBytes(TlsRecord.HEADER));
        if (header.length() < TlsRecord.HEADER) {
            throw new EOFException("no record");
        }
        int length = (header.at(3) << 8) | header.at(4);
        return new TlsRecord(header.at(0), (header.at(1) << 8) | header.at(2), OctetString.of(in.readNBytes(length)));
    }
}
