package dev.starttls.core.engine;

import dev.starttls.core.tls.GroupNames;
import dev.starttls.core.wire.HelloExtensions;
import dev.starttls.core.wire.RecordHeader;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.util.Optional;

/**
 * Reads what the server sends unencrypted, for what {@link javax.net.ssl.SSLSession} does not have.
 *
 * <p>Whether the handshake resumes a session: in TLS 1.3 the ServerHello of a resumption has the pre_shared_key extension (RFC
 * 8446 section 4.2.11); before, an abbreviated handshake has no ServerHelloDone before its ChangeCipherSpec (RFC 5246 section
 * 7.3, RFC 5077 section 3.1).
 *
 * <p>The group of the key exchange: in TLS 1.3 that of the ServerHello's key_share (RFC 8446 section 4.2.8), where a
 * HelloRetryRequest only proposes one; before, that of the ServerKeyExchange, which has a curve's number or a prime, as the
 * suite says (RFC 8422 section 5.4, RFC 5246 section 7.4.3).
 *
 * <p>Whether the session's secrets are its own, so that keying material of it binds to this session and no other: in TLS 1.3
 * always; before, if both sides have the extension extended_master_secret (RFC 7627 section 5.1), which the server sends only
 * where the client has.
 */
final class HandshakeWatch implements SeenHandshake {

    private static final int SERVER_HELLO = 2;
    private static final int SERVER_KEY_EXCHANGE = 12;
    private static final int SERVER_HELLO_DONE = 14;
    private static final int EXTENDED_MASTER_SECRET = 23;
    private static final int PRE_SHARED_KEY = 41;
    private static final int SUPPORTED_VERSIONS = 43;
    private static final int KEY_SHARE = 51;
    private static final int NAMED_CURVE = 3;
    private static final short TLS_13 = 0x0304;
    /** RFC 8446 section 4.1.3: the random of a HelloRetryRequest, the SHA-256 of its name. */
    private static final ByteBuffer RETRY = ByteBuffer.wrap(new byte[] {
        (byte) 0xCF,
        0x21,
        (byte) 0xAD,
        0x74,
        (byte) 0xE5,
        (byte) 0x9A,
        0x61,
        0x11,
        (byte) 0xBE,
        0x1D,
        (byte) 0x8C,
        0x02,
        0x1E,
        0x65,
        (byte) 0xB8,
        (byte) 0x91,
        (byte) 0xC2,
        (byte) 0xA2,
        0x11,
        0x16,
        0x7A,
        (byte) 0xBB,
        (byte) 0x8C,
        0x5E,
        0x07,
        (byte) 0x9E,
        0x09,
        (byte) 0xE2,
        (byte) 0xC8,
        (byte) 0xA8,
        0x33,
        (byte) 0x9C
    });
    /** A ServerHello has a few hundred octets, up to some 1,800 with a hybrid key share; a longer one is not understood here. */
    private static final int MAX_SERVER_HELLO = 4096;
    /** The beginning of a ServerKeyExchange: the number of a curve, or the length of a prime and its highest octets. */
    private static final int MAX_OF_KEY_EXCHANGE = 8;

    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

    private final ByteBuffer record = ByteBuffer.allocate(RecordHeader.LENGTH);
    private final ByteBuffer message = ByteBuffer.allocate(4);
    private ByteBuffer body = NOTHING;
    private ByteBuffer exchange = NOTHING;
    private Optional<String> share = Optional.empty();
    private int recordLeft;
    private int messageLeft;
    private boolean helloSeen;
    private boolean retried;
    private boolean retriedAgain;
    private boolean decided;
    private boolean resumed;
    private boolean uniqueSecrets;
    /** Whether each side has sent something: here, not in the engine's guard, since it is not needed after the handshake. */
    private boolean received;

    private boolean sent;

    /** Notes that octets were taken from the peer, or made for it. */
    void note(boolean taken, boolean made) {
        received |= taken;
        sent |= made;
    }

    /** Whether both sides have sent something. */
    boolean bothSent() {
        return received && sent;
    }

    /**
     * Whether the server has sent a second HelloRetryRequest, which ends the handshake (RFC 8446 section 4.1.4). Not every
     * engine sees to that.
     */
    boolean retriedAgain() {
        return retriedAgain;
    }

    /** Reads octets of the server, split in any way. */
    void see(ByteBuffer octets, int from, int to) {
        int at = from;
        while (at < to && !decided) {
            if (recordLeft == 0) {
                record.put(octets.get(at++));
                if (!record.hasRemaining()) {
                    recordBegins();
                }
            } else {
                int count = Math.min(to - at, recordLeft);
                if (record.get(0) == RecordHeader.HANDSHAKE) {
                    count = Math.min(count, Math.max(1, messageLeft));
                    handshake(octets, at, count);
                }
                recordLeft -= count;
                at += count;
            }
        }
    }

    /**
     * Whether the handshake was not a full one. What was not understood counts as resumed: a server that can hide a resumption
     * could have a session taken for verified that was never verified.
     */
    @Override
    public boolean resumed() {
        return !decided || resumed;
    }

    /** Whether the session has secrets that no other has; what was not understood does not count as such. */
    @Override
    public boolean uniqueSecrets() {
        return uniqueSecrets;
    }

    /** Empty before TLS 1.3, where it takes the suite, see {@link #done}. */
    @Override
    public Optional<String> namedGroup() {
        return share;
    }

    /**
     * What is kept once the handshake is complete.
     *
     * @param suite that was negotiated: before TLS 1.3 it says of which kind the parameters of the key exchange are
     */
    SeenHandshake done(String suite) {
        return FinishedHandshake.of(resumed(), uniqueSecrets, share.or(() -> exchanged(suite)));
    }

    private void recordBegins() {
        recordLeft = RecordHeader.fragmentLength(record, 0);
        record.clear();
        if (record.get(0) == RecordHeader.CHANGE_CIPHER_SPEC && helloSeen) {
            decide(true);
        }
    }

    /** Takes octets of one message, or one of its header. */
    private void handshake(ByteBuffer octets, int at, int count) {
        if (messageLeft > 0) {
            messageLeft -= count;
            body.put(octets.slice(at, Math.min(count, body.remaining())));
        } else {
            message.put(octets.get(at));
            if (message.hasRemaining()) {
                return;
            }
            messageLeft = message.getInt(0) & 0xffffff;
            body = buffer(Math.min(maxKept(message.get(0)), messageLeft));
            message.clear();
        }
        if (messageLeft == 0) {
            messageEnds();
        }
    }

    private void messageEnds() {
        int type = message.get(0);
        if (type == SERVER_HELLO) {
            try {
                serverHello(body.flip());
            } catch (BufferUnderflowException e) {
                // Malformed, which the client's engine refuses, or longer than what is kept.
                decide(true);
            }
        } else if (type == SERVER_KEY_EXCHANGE) {
            exchange = body.flip();
        } else if (type == SERVER_HELLO_DONE) {
            decide(false);
        }
    }

    private static int maxKept(int type) {
        return switch (type) {
            case SERVER_HELLO -> MAX_SERVER_HELLO;
            case SERVER_KEY_EXCHANGE -> MAX_OF_KEY_EXCHANGE;
            default -> 0;
        };
    }

    private static ByteBuffer buffer(int octets) {
        return octets == 0 ? NOTHING : ByteBuffer.allocate(octets);
    }

    private void serverHello(ByteBuffer body) {
        HelloExtensions.take(body, 2);
        boolean retryRandom = HelloExtensions.take(body, 32).equals(RETRY);
        HelloExtensions.vector8(body);
        HelloExtensions.take(body, 2 + 1);
        Optional<ByteBuffer> versions = HelloExtensions.find(body.duplicate(), SUPPORTED_VERSIONS);
        if (versions.isPresent()
                && versions.get().remaining() == 2
                && versions.get().getShort() == TLS_13) {
            if (retryRandom) {
                retriedAgain = retried;
                retried = true;
                return;
            }
            uniqueSecrets = true;
            share = HelloExtensions.find(body.duplicate(), KEY_SHARE).map(entry -> GroupNames.of(entry.getShort()));
            decide(HelloExtensions.find(body, PRE_SHARED_KEY).isPresent());
        } else {
            uniqueSecrets = HelloExtensions.find(body, EXTENDED_MASTER_SECRET).isPresent();
            helloSeen = true;
        }
    }

    private void decide(boolean abbreviated) {
        decided = true;
        resumed = abbreviated;
        body = NOTHING;
    }

    private Optional<String> exchanged(String suite) {
        if (suite.contains("ECDH")) {
            return exchange.limit() >= 3 && exchange.get(0) == NAMED_CURVE
                    ? Optional.of(GroupNames.of(exchange.getShort(1)))
                    : Optional.empty();
        }
        return suite.contains("DH") ? prime() : Optional.empty();
    }

    /** The size of a prime, by its length and its highest octets. */
    private Optional<String> prime() {
        int left = exchange.limit() < 2 ? 0 : exchange.getShort(0) & 0xffff;
        for (int at = 2; at < exchange.limit() && left > 0; at++, left--) {
            int octet = exchange.get(at) & 0xff;
            if (octet != 0) {
                return Optional.of("dhe" + (Byte.SIZE * left - (Integer.numberOfLeadingZeros(octet) - 24)));
            }
        }
        return Optional.empty();
    }
}
