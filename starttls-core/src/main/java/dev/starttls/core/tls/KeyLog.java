package dev.starttls.core.tls;

/**
 * Takes the secrets of TLS sessions, so that a recording of the network can be decrypted: for debugging, and nothing else. Whoever
 * has them reads and forges what those connections say. Off unless {@link TlsSettings.Builder#keyLog} sets one; no other
 * setting, no system property and no variable of the environment does.
 *
 * <pre>{@code
 * KeyLog log = line -> file.println(line);   // a file that nobody else may read; for Wireshark: "(Pre)-Master-Secret log filename"
 * TlsSettings settings = TlsSettings.builder().engines(source).keyLog(log).build();
 * }</pre>
 *
 * <p>It needs engines that give their secrets out, and an {@link EngineSource} that passes them on: {@link
 * EngineSource#create(String, int, KeyLog)}. Of the engines that this library is tested with, those of netty-tcnative 2.0.84 give
 * out the secret of TLS 1.2 once the handshake is done; none of TLS 1.3, since Netty 4.2 lets nobody set BoringSSL's callback. SunJSSE
 * up to Java 25, Conscrypt 2.5.2 and Bouncy Castle 1.84 have no interface for it at all: there, a Java agent that rewrites the
 * engine's classes, such as jSSLKeyLog, is the way.
 */
@FunctionalInterface
public interface KeyLog {

    /**
     * Takes one line. Called by the thread that drives the handshake, and by several for different connections at once. What it
     * throws is dropped: a handshake does not depend on whether it can be read.
     *
     * @param line in the format of NSS, without the end of the line: a label, the random octets of the ClientHello and a
     *     secret, both in hexadecimal, for instance {@code CLIENT_TRAFFIC_SECRET_0 0a1b... 2c3d...}
     */
    void line(String line);
}
