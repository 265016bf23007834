package dev.starttls.core.nio;

/**
 * What a client says to a proxy before the proxy's connection is one to the server: the words of SOCKS or of HTTP CONNECT, and
 * nothing else. Reading, writing, time and bounds are the driver's, so that one dialogue serves blocking threads and loops. One
 * instance serves one connection; no call of it blocks.
 *
 * <p>A proxy that takes the server's name in a line and answers {@code OK}:
 *
 * <pre>{@code
 * public ProxyStep opened() { return ProxyStep.ask(Output.line("CONNECT " + server), Frame.line()); }
 * public ProxyStep received(byte[] reply) {
 *     String line = new String(reply, StandardCharsets.ISO_8859_1);
 *     return line.equals("OK") ? ProxyStep.open() : ProxyStep.refuse("OK", line);
 * }
 * }</pre>
 *
 * <p>What follows the proxy's last reply is the server's, and its greeting is read from there, however both were split on their
 * way. All of it is in the clear, and is trusted no more than a network is: the certificate must have the server's name.
 *
 * @see ClientSetup#proxy
 */
public interface ProxyDialogue {

    /**
     * The proxy is connected.
     *
     * @return what to say first
     */
    ProxyStep opened();

    /**
     * A reply has come.
     *
     * @param reply what the last {@link ProxyStep.Ask} asked for: octets up to the end of the frame, which is included; a line
     *     without its CRLF
     * @return what to do next
     */
    ProxyStep received(byte[] reply);
}
