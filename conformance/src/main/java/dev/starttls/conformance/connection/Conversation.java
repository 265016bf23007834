package dev.starttls.conformance.connection;

import dev.starttls.conformance.connection.Transcript.From;
import dev.starttls.conformance.connection.Transcript.Through;
import dev.starttls.conformance.target.Target;
import dev.starttls.conformance.target.TargetSettings;
import dev.starttls.core.tls.ServerIdentity;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.regex.Pattern;

/**
 * One connection as a check uses it: lines and raw bytes, first in plaintext and then, after {@link #handshake}, inside
 * TLS. Everything is recorded. Sending never fails visibly; the next read shows a lost connection. Not safe for use by
 * several threads, except {@link #abandon}.
 */
public final class Conversation implements AutoCloseable {
    /** A longer line is reported as overlong; no answer that the suite reads has lines near this. */
    private static final int MAX_LINE = 16 * 1024;

    private final TcpConnection wire;
    private final Transcript transcript;
    private final int number;
    private final Duration answer;
    private final ConnectionWatch watch;
    /** Whether a line was read or sent, or the connection was used otherwise: the next line is no greeting. */
    private boolean opened;

    private byte[] pending = new byte[0];
    private Optional<TlsEngine> tls = Optional.empty();
    private boolean certificateRequested;

    private Conversation(
            TcpConnection wire, Transcript transcript, int number, Duration answer, ConnectionWatch watch) {
        this.wire = wire;
        this.transcript = transcript;
        this.number = number;
        this.answer = answer;
        this.watch = watch;
    }

    /**
     * Connects.
     *
     * @param number the number of this connection in the transcript, from 1
     * @param answer the longest wait for the connection and for each answer
     * @throws IOException if that fails
     */
    public static Conversation open(Target target, Transcript transcript, int number, Duration answer)
            throws IOException {
        return open(
                target,
                TargetSettings.standard().withAnswer(answer),
                transcript,
                number,
                answer,
                ConnectionWatch.within(answer));
    }

    /**
     * The same with less time for the connection than for an answer, and another for the greeting.
     *
     * @throws IOException if that fails
     */
    public static Conversation open(
            Target target,
            TargetSettings settings,
            Transcript transcript,
            int number,
            Duration connecting,
            ConnectionWatch watch)
            throws IOException {
        Duration answer = settings.answer();
        String at = target.address()
                .map(address -> " at " + address.getHostAddress())
                .orElse("");
        transcript.note(number, "connects to " + target.host() + at + " port " + target.port());
        try {
            Duration limit = connecting.compareTo(answer) < 0 ? connecting : answer;
            TcpConnection wire = target.address().isPresent()
                    ? TcpConnection.connect(target.address().get(), target.port(), settings.localAddress(), limit)
                    : TcpConnection.connect(
                            ServerIdentity.toAscii(target.host()), target.port(), settings.localAddress(), limit);
            return new Conversation(wire, transcript, number, answer, watch);
        } catch (IOException e) {
            transcript.note(number, "could not connect: " + e.getMessage());
            throw e;
        }
    }

    /** A conversation over a connected socket. */
    public static Conversation over(Socket connected, Transcript transcript, int number, Duration answer) {
        return new Conversation(
                TcpConnection.over(connected), transcript, number, answer, ConnectionWatch.within(answer));
    }

    /**
     * Connects to the same server from another address than the server's own; this conversation may be closed.
     *
     * @throws IOException if there is none, or that fails
     */
    public Conversation fromElsewhere(int itsNumber) throws IOException {
        TcpConnection other = TcpConnection.connectFromElsewhere(wire, answer);
        transcript.note(
                itsNumber,
                "connects to the same from " + other.local().getAddress().getHostAddress()
                        + ", because servers may trust a client at their own address");
        return new Conversation(other, transcript, itsNumber, answer, watch);
    }

    /** Whether it goes from the server's own address to itself; servers may trust such a client. */
    public boolean betweenEqualAddresses() {
        return wire.betweenEqualAddresses();
    }

    /** The connection itself, for checks with TLS of their own; they {@link #record} themselves what they send. */
    public TcpConnection wire() {
        return wire;
    }

    /** Whether the server asked for a certificate of the client in the last handshake. */
    public boolean certificateRequested() {
        return certificateRequested;
    }

    /** Whether the conversation is inside TLS. */
    public boolean secure() {
        return tls.isPresent();
    }

    /** Sends the line and CRLF, in one segment. */
    public void send(String line) {
        sendRaw(bytes(line + "\r\n"));
    }

    /** Sends text as it is, one byte per character, in one segment or record. */
    public void sendRaw(String text) {
        sendRaw(bytes(text));
    }

    /** Sends bytes as they are, in one segment or record where they fit. */
    public void sendRaw(byte[] bytes) {
        if (refused(text(bytes))) {
            return;
        }
        record(From.CLIENT, text(trimmed(bytes)));
        write(bytes);
    }

    /** Sends bytes that must not be shown. */
    public void sendSecret(byte[] bytes, String shownAs) {
        if (refused(shownAs)) {
            return;
        }
        record(From.CLIENT, shownAs);
        write(bytes);
    }

    private boolean refused(String text) {
        boolean permitted = watch.permits(text);
        if (!permitted) {
            note("gives the connection up instead of sending '" + Transcript.printable(text.strip()) + "'");
            wire.abandon();
        }
        return !permitted;
    }

    /**
     * From now on the transcript does not show this text, whichever side sends it. A server that encodes it differently
     * can still make it appear.
     */
    public void conceal(String secret) {
        transcript.conceal(secret);
    }

    /** Sends each octet in a segment or record of its own. */
    public void sendOctetByOctet(byte[] bytes) {
        record(From.CLIENT, text(trimmed(bytes)), "  (octet by octet)");
        for (byte one : bytes) {
            write(new byte[] {one});
        }
    }

    private void write(byte[] bytes) {
        opened = true;
        if (tls.isPresent()) {
            tls.get().write(bytes);
        } else {
            wire.write(bytes);
        }
    }

    /** Reads a line within the time for an answer or, if it is the first, for the greeting. */
    public Received readLine() {
        return readLine(greetingDue() ? watch.limit() : answer);
    }

    /** Reads a line within the time for an answer, or this one if it is shorter. */
    public Received readLineWithin(Duration limit) {
        return readLine(limit.compareTo(answer) < 0 ? limit : answer);
    }

    /** Reads a line, which ends with LF; the result says whether CR came before it. */
    public Received readLine(Duration limit) {
        boolean first = greetingDue();
        Received received = nextLine(limit);
        if (first) {
            opened = true;
            if (received instanceof Received.Line line) {
                watch.greeted(line.text());
            } else if (!(received instanceof Received.Silence) || limit.compareTo(watch.limit()) >= 0) {
                watch.missing(received);
            }
        }
        return received;
    }

    /** Whether the next line is the first of the connection, or the first inside TLS where TLS comes first. */
    private boolean greetingDue() {
        return !opened && (secure() || !wire.hasSent());
    }

    /** Reports the first line, for checks that read it themselves. */
    public void greeted(String line) {
        opened = true;
        watch.greeted(line);
    }

    /** The longest wait for the first line. */
    public Duration greetingLimit() {
        return watch.limit();
    }

    private Received nextLine(Duration limit) {
        long end = System.nanoTime() + limit.toNanos();
        int searched = 0;
        while (true) {
            int lf = indexOfLf(searched);
            if (lf >= 0) {
                return line(lf);
            }
            if (pending.length > MAX_LINE) {
                String beginning = text(pending);
                pending = new byte[0];
                record(From.SERVER, beginning);
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
            record(From.SERVER, unfinished, "  (no line end)");
        }
        note("connection " + ended.ending().description() + (ended.detail().isEmpty() ? "" : ": " + ended.detail()));
        return new Received.Ended(ended.ending(), ended.detail(), unfinished);
    }

    private Received line(int lf) {
        boolean crlf = lf > 0 && pending[lf - 1] == '\r';
        String text = text(Arrays.copyOf(pending, crlf ? lf - 1 : lf));
        pending = Arrays.copyOfRange(pending, lf + 1, pending.length);
        record(From.SERVER, text, crlf ? "" : "\\n  (bare LF)");
        return new Received.Line(text, !crlf);
    }

    private Received read(Duration limit) {
        return tls.isPresent() ? tls.get().read(limit) : wire.read(limit);
    }

    /**
     * Listens where the server must not send, and returns the bytes that still came, including those read after the
     * last line. They can still be read. Silence proves little, so it only makes a verdict milder.
     */
    public String overhear(Duration limit) {
        if (speaks(limit)) {
            note("unsolicited: " + text(pending));
        }
        return text(pending);
    }

    /** Whether the server sends anything unsolicited, such as a greeting; it can still be read. */
    public boolean speaks(Duration limit) {
        return listens(limit, () -> pending.length > 0);
    }

    /** Whether the server sends what this finds, unsolicited; all that came can still be read. */
    public boolean hears(Pattern pattern, Duration limit) {
        boolean heard = listens(limit, () -> pattern.matcher(text(pending)).find());
        if (pending.length > 0) {
            note("unsolicited: " + text(pending));
        }
        return heard;
    }

    /** Reads until it is enough, the connection ends, the time is over or more came than the suite reads. */
    private boolean listens(Duration limit, BooleanSupplier enough) {
        long end = System.nanoTime() + limit.toNanos();
        while (!enough.getAsBoolean() && pending.length <= MAX_LINE) {
            Received received = read(Duration.ofNanos(Math.max(1, end - System.nanoTime())));
            if (!(received instanceof Received.Data data)) {
                return false;
            }
            append(data.bytes());
        }
        return enough.getAsBoolean();
    }

    /**
     * Reads the raw connection, without TLS, until it ends or nothing came within the time for an answer: for what a
     * server sends after TLS failed.
     */
    public DrainedInput drain() {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        all.writeBytes(takePending());
        while (true) {
            Received received = wire.read(answer);
            if (received instanceof Received.Data data && all.size() < MAX_LINE) {
                all.writeBytes(data.bytes());
                transcript.add(number, From.SERVER, Through.PLAINTEXT, text(data.bytes()));
            } else if (received instanceof Received.Silence) {
                note("nothing more within " + answer.toMillis() + " ms");
                return DrainedInput.of(all.toByteArray(), new Received.Silence(answer, ""));
            } else {
                Received.Ended ended = received instanceof Received.Ended real
                        ? real
                        : new Received.Ended(ConnectionEnd.GIVEN_UP, "it sent more than the suite reads");
                return DrainedInput.of(all.toByteArray(), ended(ended));
            }
        }
    }

    /** Takes the bytes that were read after the last line. */
    public byte[] takePending() {
        byte[] taken = pending;
        pending = new byte[0];
        return taken;
    }

    /**
     * Performs the handshake; if it succeeds, everything after it is inside TLS. Bytes read after the last plaintext
     * line came before the ClientHello was sent: unless they are a TLS record, such as an early alert, the handshake
     * fails as {@link HandshakeResult.Failure#NOT_TLS}.
     */
    public HandshakeResult handshake(TlsOffer offer) {
        return handshake(offer, early -> new TlsEngine(wire, offer, early));
    }

    /** The same, with a session that may be resumed, and resumes one if there is one. */
    public HandshakeResult handshake(TlsOffer offer, ResumableTls sessions) {
        return handshake(offer, early -> new TlsEngine(wire, sessions.engine(offer), early));
    }

    private HandshakeResult handshake(TlsOffer offer, Function<byte[], TlsEngine> engines) {
        byte[] early = takePending();
        if (early.length > 0) {
            record(From.SERVER, text(early));
            note("came after the go-ahead, before the ClientHello was sent");
        }
        if (early.length > 0 && !TlsEngine.looksLikeTls(early)) {
            return new HandshakeResult.Failed(HandshakeResult.Failure.NOT_TLS, "'" + Transcript.printable(early) + "'");
        }
        record(
                From.SUITE,
                Through.TLS,
                "TLS handshake begins"
                        + offer.serverName().map(name -> ", SNI " + name).orElse(""));
        TlsEngine engine = engines.apply(early);
        HandshakeResult handshake = engine.handshake(answer);
        certificateRequested = engine.certificateRequested();
        if (certificateRequested) {
            note("the server asks for a certificate of the client: "
                    + (offer.identity().isPresent()
                            ? "it gets " + offer.identity().get()
                            : "it gets none"));
        }
        if (handshake.done()) {
            tls = Optional.of(engine);
        } else if (((HandshakeResult.Failed) handshake).failure() == HandshakeResult.Failure.OWN_ALERT) {
            // The rest of the server's flight is still TLS; what it sends next begins after it.
            pending = engine.unread();
        }
        record(
                From.SUITE,
                Through.TLS,
                "TLS handshake " + (handshake.done() ? "done: " : "failed: ") + handshake.description());
        return handshake;
    }

    /** Sends close_notify inside TLS. */
    public void closeNotify() {
        if (tls.isPresent()) {
            note("sends close_notify");
            tls.get().closeNotify();
        }
    }

    /** Ends this side's sending with FIN, without close_notify. */
    public void finish() {
        note("ends its sending side (FIN)");
        wire.finish();
    }

    /** Closes it with a reset, which no server takes for an orderly end; it cannot be used any more. */
    public void reset() {
        note("resets the connection");
        wire.reset();
    }

    /** A remark in the transcript. */
    public void note(String text) {
        record(From.SUITE, text);
    }

    /** An entry in the transcript, for checks that speak TLS over {@link #wire} themselves. */
    public void record(From from, Through through, String text) {
        transcript.add(number, from, through, text);
    }

    /** An entry in the transcript, for checks that use {@link #wire} themselves. */
    public void record(From from, String text) {
        record(from, text, "");
    }

    private void record(From from, String text, String remark) {
        transcript.add(number, from, secure() ? Through.TLS : Through.PLAINTEXT, text, remark);
    }

    /** Closes it, from another thread, because the time is over. */
    public void abandon() {
        wire.abandon();
    }

    /** Closes it, after the server as far as that ends it within the {@linkplain ConnectionWatch#farewell time for it}. */
    @Override
    public void close() {
        Duration farewell = watch.farewell();
        if (farewell.isZero()) {
            wire.close();
        } else {
            wire.closeAfterPeer(farewell);
        }
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

    /** Without the CRLF at the end, which every line of the transcript has. */
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
