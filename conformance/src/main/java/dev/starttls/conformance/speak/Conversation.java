package dev.starttls.conformance.speak;

import dev.starttls.conformance.speak.Transcript.From;
import dev.starttls.conformance.speak.Transcript.Through;
import dev.starttls.conformance.target.Target;
import dev.starttls.core.tls.ServerIdentity;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;

/**
 * One connection as a check uses it: lines and raw bytes, first in plaintext, then, after {@link #handshake}, inside
 * TLS. All of it is recorded. Sends never fail visibly; a lost connection shows in the next read. Not safe for use by
 * several threads, but for {@link #abandon}.
 */
public final class Conversation implements AutoCloseable {
    /** A longer line is no line. */
    private static final int LONGEST = 16 * 1024;

    private final Wire wire;
    private final Transcript transcript;
    private final int number;
    private final Duration answer;
    private byte[] pending = new byte[0];
    private Optional<TlsEngine> tls = Optional.empty();

    private Conversation(Wire wire, Transcript transcript, int number, Duration answer) {
        this.wire = wire;
        this.transcript = transcript;
        this.number = number;
        this.answer = answer;
    }

    /**
     * Connects.
     *
     * @param number how the transcript calls this connection, from 1
     * @param answer the longest wait for the connection and for each answer
     * @throws IOException if that fails
     */
    public static Conversation open(Target target, Transcript transcript, int number, Duration answer)
            throws IOException {
        return open(target, transcript, number, answer, answer);
    }

    /**
     * The same where there may be less time for the connection than for an answer.
     *
     * @throws IOException if that fails
     */
    public static Conversation open(
            Target target, Transcript transcript, int number, Duration answer, Duration connecting) throws IOException {
        transcript.note(number, "connects to " + target.host() + " port " + target.port());
        try {
            Duration limit = connecting.compareTo(answer) < 0 ? connecting : answer;
            Wire wire = Wire.connect(ServerIdentity.toAscii(target.host()), target.port(), limit);
            return new Conversation(wire, transcript, number, answer);
        } catch (IOException e) {
            transcript.note(number, "could not connect: " + e.getMessage());
            throw e;
        }
    }

    /** Talks over a socket that is connected. */
    public static Conversation over(Socket connected, Transcript transcript, int number, Duration answer) {
        return new Conversation(Wire.over(connected), transcript, number, answer);
    }

    /**
     * Connects to where this connection leads from another address than the server's own.
     *
     * @throws IOException if there is none, or that fails
     */
    public Conversation fromElsewhere(int itsNumber) throws IOException {
        Wire other = Wire.connectFromElsewhere(wire, answer);
        transcript.note(
                itsNumber,
                "connects to the same from " + other.local().getAddress().getHostAddress()
                        + ", for servers may trust a client that has their own address");
        return new Conversation(other, transcript, itsNumber, answer);
    }

    /** Whether it goes from the server's own address to itself; servers may take such a client for one of the house. */
    public boolean betweenEqualAddresses() {
        return wire.betweenEqualAddresses();
    }

    /** The connection itself, for those who make TLS by hand; what they send they {@link #record} themselves. */
    public Wire wire() {
        return wire;
    }

    /** Whether this talks inside TLS. */
    public boolean secure() {
        return tls.isPresent();
    }

    /** Sends the line and CRLF, in one segment. */
    public void send(String line) {
        sendRaw(bytes(line + "\r\n"));
    }

    /** Sends text as it is, one byte a character, in one segment or record. */
    public void sendRaw(String text) {
        sendRaw(bytes(text));
    }

    /** Sends bytes as they are, in one segment or record where they fit. */
    public void sendRaw(byte[] bytes) {
        record(From.CLIENT, Transcript.printable(trimmed(bytes)));
        write(bytes);
    }

    /** Sends bytes that must not be shown. */
    public void sendSecret(byte[] bytes, String shownAs) {
        record(From.CLIENT, shownAs);
        write(bytes);
    }

    /** From now on the transcript does not show this text, whoever says it; not safe against one who takes pains. */
    public void conceal(String secret) {
        transcript.conceal(secret);
    }

    /** Sends bytes each in a segment or record of its own. */
    public void sendByteByByte(byte[] bytes) {
        record(From.CLIENT, Transcript.printable(trimmed(bytes)) + "  (byte by byte)");
        for (byte one : bytes) {
            write(new byte[] {one});
        }
    }

    private void write(byte[] bytes) {
        if (tls.isPresent()) {
            tls.get().write(bytes);
        } else {
            wire.write(bytes);
        }
    }

    /** Reads a line, waiting as long as for any answer. */
    public Received readLine() {
        return readLine(answer);
    }

    /** Reads a line; LF ends it, and whether CR came before is told. */
    public Received readLine(Duration limit) {
        long end = System.nanoTime() + limit.toNanos();
        int searched = 0;
        while (true) {
            int lf = indexOfLf(searched);
            if (lf >= 0) {
                return line(lf);
            }
            if (pending.length > LONGEST) {
                String beginning = text(pending);
                pending = new byte[0];
                record(From.SERVER, Transcript.printable(beginning));
                return new Received.Overlong(beginning.substring(0, 80));
            }
            searched = pending.length;
            Received received = read(Duration.ofNanos(Math.max(1, end - System.nanoTime())));
            if (received instanceof Received.Silence) {
                note("nothing more within " + limit.toMillis() + " ms");
                return new Received.Silence(limit, text(pending));
            }
            if (received instanceof Received.Ended ended) {
                return ended(ended);
            }
            append(((Received.Data) received).bytes());
        }
    }

    private Received ended(Received.Ended ended) {
        String unfinished = text(pending);
        pending = new byte[0];
        if (!unfinished.isEmpty()) {
            record(From.SERVER, Transcript.printable(unfinished) + "  (no line end)");
        }
        note("connection " + ended.ending().told() + (ended.detail().isEmpty() ? "" : ": " + ended.detail()));
        return new Received.Ended(ended.ending(), ended.detail(), unfinished);
    }

    private Received line(int lf) {
        boolean crlf = lf > 0 && pending[lf - 1] == '\r';
        String text = text(Arrays.copyOf(pending, crlf ? lf - 1 : lf));
        pending = Arrays.copyOfRange(pending, lf + 1, pending.length);
        record(From.SERVER, Transcript.printable(text) + (crlf ? "" : "\\n  (bare LF)"));
        return new Received.Line(text, !crlf);
    }

    private Received read(Duration limit) {
        return tls.isPresent() ? tls.get().read(limit) : wire.read(limit);
    }

    /**
     * Listens where the server must not speak, and tells the bytes that came all the same, those included that were
     * read behind the last line. They stay to be read. Silence proves little, so it only ever makes a verdict milder.
     */
    public String overhear(Duration limit) {
        if (speaks(limit)) {
            note("came unasked: " + Transcript.printable(pending));
        }
        return text(pending);
    }

    /** Whether the server says anything of its own accord, as with a greeting; it stays to be read. */
    public boolean speaks(Duration limit) {
        long end = System.nanoTime() + limit.toNanos();
        while (pending.length == 0) {
            Received received = read(Duration.ofNanos(Math.max(1, end - System.nanoTime())));
            if (!(received instanceof Received.Data data)) {
                break;
            }
            append(data.bytes());
        }
        return pending.length > 0;
    }

    /**
     * Reads the raw connection until it ends or has been silent for as long as any answer may take, past TLS if there
     * is some: for what a server says when TLS failed.
     */
    public HeardOut hearOut() {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        all.writeBytes(takePending());
        while (true) {
            Received received = wire.read(answer);
            if (received instanceof Received.Data data && all.size() < LONGEST) {
                all.writeBytes(data.bytes());
                transcript.add(number, From.SERVER, Through.PLAINTEXT, Transcript.printable(data.bytes()));
            } else if (received instanceof Received.Silence) {
                note("nothing more within " + answer.toMillis() + " ms");
                return HeardOut.of(all.toByteArray(), new Received.Silence(answer, ""));
            } else {
                Received.Ended ended = received instanceof Received.Ended real
                        ? real
                        : new Received.Ended(Ending.GIVEN_UP, "it went on and on");
                return HeardOut.of(all.toByteArray(), ended(ended));
            }
        }
    }

    /** The bytes that were read behind the last line; they are gone from here then. */
    public byte[] takePending() {
        byte[] taken = pending;
        pending = new byte[0];
        return taken;
    }

    /**
     * Shakes hands over this connection; if that succeeds all that follows is inside TLS. Bytes read behind the last
     * plaintext line came before the ClientHello left: unless they are a TLS record, an early alert, they make it fail
     * as {@link Handshake.Failure#NOT_TLS}.
     */
    public Handshake handshake(TlsOffer offer) {
        byte[] early = takePending();
        if (early.length > 0) {
            record(From.SERVER, Transcript.printable(early));
            note("came behind the go-ahead, before the ClientHello left");
        }
        if (early.length > 0 && !TlsEngine.looksLikeTls(early)) {
            return new Handshake.Failed(Handshake.Failure.NOT_TLS, "'" + Transcript.printable(early) + "'");
        }
        record(
                From.SUITE,
                Through.TLS,
                "TLS handshake begins"
                        + offer.serverName().map(name -> ", SNI " + name).orElse(""));
        TlsEngine engine = new TlsEngine(wire, offer, early);
        Handshake handshake = engine.handshake(answer);
        if (handshake.done()) {
            tls = Optional.of(engine);
        } else if (((Handshake.Failed) handshake).failure() == Handshake.Failure.OWN_ALERT) {
            // The rest of the server's flight is still TLS, and what it says next begins behind it.
            pending = engine.unread();
        }
        record(
                From.SUITE,
                Through.TLS,
                "TLS handshake " + (handshake.done() ? "done: " : "failed: ") + handshake.told());
        return handshake;
    }

    /** Sends close_notify inside TLS. */
    public void closeNotify() {
        if (tls.isPresent()) {
            note("sends close_notify");
            tls.get().closeNotify();
        }
    }

    /** Ends this side's sending: FIN without more ado. */
    public void finish() {
        note("ends its sending side (FIN)");
        wire.finish();
    }

    /** A remark in the transcript. */
    public void note(String text) {
        record(From.SUITE, text);
    }

    /** An entry in the transcript, for those who make TLS over {@link #wire} by hand. */
    public void record(From from, Through through, String text) {
        transcript.add(number, from, through, text);
    }

    /** An entry in the transcript, for those who speak over {@link #wire} by hand. */
    public void record(From from, String text) {
        transcript.add(number, from, secure() ? Through.TLS : Through.PLAINTEXT, text);
    }

    /** Ends it from another thread because the time is over. */
    public void abandon() {
        wire.abandon();
    }

    @Override
    public void close() {
        wire.close();
    }

    private void append(byte[] bytes) {
        ByteArrayOutputStream all = new ByteArrayOutputStream(pending.length + bytes.length);
        all.writeBytes(pending);
        all.writeBytes(bytes);
        pending = all.toByteArray();
    }

    private int indexOfLf(int from) {
        for (int i = from; i < pending.length; i++) {
            if (pending[i] == '\n') {
                return i;
            }
        }
        return -1;
    }

    /** Without the CRLF at the end, which a reader of the transcript takes for granted. */
    private static byte[] trimmed(byte[] bytes) {
        int n = bytes.length;
        return n >= 2 && bytes[n - 2] == '\r' && bytes[n - 1] == '\n' ? Arrays.copyOf(bytes, n - 2) : bytes;
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    private static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.ISO_8859_1);
    }
}
