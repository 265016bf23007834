package dev.starttls.conformance.client;

import dev.starttls.conformance.client.cases.ClientCase;
import dev.starttls.conformance.client.subject.Attempt;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.SequenceInputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.AlgorithmConstraints;
import java.security.AlgorithmParameters;
import java.security.CryptoPrimitive;
import java.security.GeneralSecurityException;
import java.security.Key;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.Set;
import javax.crypto.interfaces.DHKey;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedKeyManager;

/** The connection of a client of the tests: lines in plaintext, then lines inside TLS. */
final class ClientWire implements AutoCloseable {
    private static final int MAX_LINE = 1 << 16;
    private static final int READ_ON_MILLIS = 1000;
    /** The cases in which an answer in plaintext comes in pieces. */
    private static final Set<String> IN_PIECES = Set.of("SMTP-C-03f", "SMTP-C-31", "UP-C-17c");
    /** The case in which the answer to the upgrade command comes late. */
    private static final String LATE_GO_AHEAD = "UP-C-25";

    private final Attempt attempt;
    private final Set<ClientFault> faults;
    private final Socket socket;
    /** What was read and not used. */
    private final byte[] buffer = new byte[1 << 16];

    private int from;
    private int to;
    private InputStream in;
    private OutputStream out;
    private boolean secure;
    private boolean bareLf;

    ClientWire(Attempt attempt, Set<ClientFault> faults) throws IOException {
        this(attempt, attempt.port(), faults);
    }

    /** To another port than the one that the client was given first. */
    ClientWire(Attempt attempt, int port, Set<ClientFault> faults) throws IOException {
        this.attempt = attempt;
        this.faults = faults;
        this.socket = new Socket(InetAddress.getLoopbackAddress(), port);
        socket.setSoTimeout((int) attempt.limit().toMillis());
        socket.setTcpNoDelay(true);
        this.in = socket.getInputStream();
        this.out = socket.getOutputStream();
    }

    Attempt attempt() {
        return attempt;
    }

    boolean secure() {
        return secure;
    }

    /** Whether the line that was read last ended with LF alone. */
    boolean endedWithLfAlone() {
        return bareLf;
    }

    /** Whether something was read that is not used yet. */
    boolean pending() {
        return from < to;
    }

    /** The next line without its CRLF. */
    String readLine() throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        while (line.size() < MAX_LINE) {
            int octet = next();
            if (octet == '\n') {
                String text = line.toString(StandardCharsets.ISO_8859_1);
                bareLf = !text.endsWith("\r");
                return bareLf ? text : text.substring(0, text.length() - 1);
            }
            line.write(octet);
        }
        throw faults.contains(ClientFault.CRASHES_ON_LONG_ANSWERS)
                ? new TestClient.CrashedException()
                : new IOException("a line of more than " + MAX_LINE + " octets");
    }

    /**
     * Reads what comes first, however much it is; where it comes in pieces, one octet, so that it is not left to the
     * network's timing what comes first.
     */
    String readSegment() throws IOException {
        int first = next();
        if (IN_PIECES.contains(attempt.caseId())) {
            return Character.toString(first);
        }
        String text = (char) first + new String(buffer, from, to - from, StandardCharsets.ISO_8859_1);
        from = to;
        return text;
    }

    /** Reads so many octets, whatever they are. */
    void skip(int octets) throws IOException {
        for (int i = 0; i < octets; i++) {
            var unused = next();
        }
    }

    private int next() throws IOException {
        if (from == to) {
            from = 0;
            to = Math.max(0, in.read(buffer));
            if (to == 0) {
                throw new EOFException("the server closed the connection");
            }
        }
        return buffer[from++] & 0xff;
    }

    void send(String line) throws IOException {
        boolean more = faults.contains(ClientFault.SENDS_MORE_BEFORE_GO_AHEAD)
                && attempt.caseId().equals(LATE_GO_AHEAD)
                && line.matches(".*(STARTTLS|STLS)");
        out.write((line + (more ? "\r\nNOOP\r\n" : "\r\n")).getBytes(StandardCharsets.ISO_8859_1));
        out.flush();
    }

    /** Performs the handshake; octets that were read before it end the session, as they have to. */
    void startTls() throws IOException {
        boolean readsOn = faults.contains(ClientFault.READS_ON_BEFORE_HANDSHAKE);
        if (readsOn && from == to) {
            readOn(READ_ON_MILLIS);
        }
        byte[] left = faults.contains(ClientFault.DISCARDS_OCTETS_FROM_PLAINTEXT)
                ? new byte[0]
                : java.util.Arrays.copyOfRange(buffer, from, to);
        from = 0;
        to = 0;
        boolean kept = readsOn
                || faults.contains(ClientFault.KEEPS_OCTETS_FROM_PLAINTEXT)
                || faults.contains(ClientFault.IMAP_TAKES_BYE_FOR_SUCCESS);
        if (left.length > 0 && !kept) {
            throw new IOException("octets before the handshake");
        }
        if (faults.contains(ClientFault.TAKES_ANY_TLS)) {
            RecklessTls tls = RecklessTls.shake(socket.getInputStream(), socket.getOutputStream(), attempt, faults);
            secure(left, tls.input(), tls.output());
            return;
        }
        boolean hasty = faults.contains(ClientFault.GIVES_UP_AT_ONCE)
                && !attempt.caseId().equals(ClientCase.CONTROL);
        try {
            String name = faults.contains(ClientFault.SENDS_NO_SERVER_NAME) ? "127.0.0.1" : attempt.host();
            SSLSocket tls = (SSLSocket) context().getSocketFactory().createSocket(below(), name, attempt.port(), true);
            if (!faults.contains(ClientFault.ACCEPTS_SHORT_DHE)) {
                SSLParameters parameters = tls.getSSLParameters();
                parameters.setAlgorithmConstraints(new LongKeys());
                tls.setSSLParameters(parameters);
            }
            if (hasty) {
                sendHelloAlone(context(), name);
                throw new IOException("does not wait for an answer to the ClientHello");
            }
            tls.startHandshake();
            secure(left, tls.getInputStream(), tls.getOutputStream());
            if (faults.contains(ClientFault.LOOKS_AT_THE_NAME_LATE)) {
                X509Certificate leaf = (X509Certificate) tls.getSession().getPeerCertificates()[0];
                leaveUnless(new StrictTrust(attempt.root(), attempt.host(), faults).isNamed(leaf));
            }
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private void sendHelloAlone(SSLContext context, String name) throws IOException {
        SSLEngine engine = context.createSSLEngine(name, attempt.port());
        engine.setUseClientMode(true);
        ByteBuffer hello = ByteBuffer.allocate(engine.getSession().getPacketBufferSize());
        var unused = engine.wrap(ByteBuffer.allocate(0), hello);
        out.write(hello.array(), 0, hello.position());
        out.flush();
    }

    private void leaveUnless(boolean named) throws IOException {
        if (!named) {
            send("a1 NOOP");
            send("a2 LOGOUT");
            throw new IOException("the certificate is for another host");
        }
    }

    private void secure(byte[] left, InputStream inside, OutputStream outside) {
        in = new SequenceInputStream(new ByteArrayInputStream(left), inside);
        out = outside;
        secure = true;
    }

    /** Waits a while for what may come. */
    private void readOn(int millis) throws IOException {
        socket.setSoTimeout(millis);
        try {
            from = 0;
            to = Math.max(0, in.read(buffer));
        } catch (SocketTimeoutException e) {
            to = 0;
        }
        socket.setSoTimeout((int) attempt.limit().toMillis());
    }

    private Socket below() {
        return faults.contains(ClientFault.SKIPS_PLAINTEXT_BETWEEN_RECORDS) ? new RecordsOnlySocket(socket) : socket;
    }

    private SSLContext context() throws GeneralSecurityException {
        SSLContext context = SSLContext.getInstance("TLS");
        KeyManager[] keys = faults.contains(ClientFault.FAILS_AT_CERTIFICATE_REQUEST)
                ? new KeyManager[] {new NoCertificate()}
                : new KeyManager[0];
        context.init(keys, new TrustManager[] {new StrictTrust(attempt.root(), attempt.host(), faults)}, null);
        return context;
    }

    /** Refuses the keys of Diffie-Hellman that JSSE takes though RFC 9325 section 4.5 wants longer ones. */
    private static final class LongKeys implements AlgorithmConstraints {
        private static final int SHORTEST = 2048;

        @Override
        public boolean permits(Set<CryptoPrimitive> primitives, String algorithm, AlgorithmParameters parameters) {
            return true;
        }

        @Override
        public boolean permits(Set<CryptoPrimitive> primitives, Key key) {
            return !(key instanceof DHKey dh) || dh.getParams().getP().bitLength() >= SHORTEST;
        }

        @Override
        public boolean permits(
                Set<CryptoPrimitive> primitives, String algorithm, Key key, AlgorithmParameters parameters) {
            return permits(primitives, key);
        }
    }

    /** Looks below TLS for a last record, which is close_notify; JSSE itself takes the end of the stream for one. */
    void awaitCloseNotify() throws IOException {
        if (socket.getInputStream().read() < 0) {
            throw new EOFException("the stream ended without close_notify");
        }
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }

    /** Fails where a certificate is asked for. */
    private static final class NoCertificate extends X509ExtendedKeyManager {
        @Override
        public String[] getClientAliases(String type, Principal[] issuers) {
            throw new IllegalStateException("no certificate");
        }

        @Override
        public String chooseClientAlias(String[] types, Principal[] issuers, Socket of) {
            throw new IllegalStateException("no certificate");
        }

        @Override
        public String chooseEngineClientAlias(String[] types, Principal[] issuers, SSLEngine engine) {
            throw new IllegalStateException("no certificate");
        }

        @Override
        public String[] getServerAliases(String type, Principal[] issuers) {
            return new String[0];
        }

        @Override
        public String chooseServerAlias(String type, Principal[] issuers, Socket of) {
            throw new IllegalStateException("a client has no certificate of a server");
        }

        @Override
        public X509Certificate[] getCertificateChain(String alias) {
            return new X509Certificate[0];
        }

        @Override
        public PrivateKey getPrivateKey(String alias) {
            throw new IllegalStateException("no certificate");
        }
    }
}
