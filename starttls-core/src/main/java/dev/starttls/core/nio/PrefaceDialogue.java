package dev.starttls.core.nio;

/**
 * What comes on an accepted connection before the session, and before any octet of the protocol or of TLS: the header of a load
 * balancer, for instance, that says whose connection it passes on. It decides whether the session begins, and which client
 * handlers, limits and reports see. Reading, time and bounds are the driver's, so that one dialogue serves blocking threads and
 * loops. One instance serves one connection; no call of it blocks.
 *
 * <p>A balancer that sends the client's address in a line:
 *
 * <pre>{@code
 * public PrefaceStep opened() { return PrefaceStep.read(Frame.line()); }
 * public PrefaceStep received(byte[] header) {
 *     String line = new String(header, StandardCharsets.ISO_8859_1);
 *     return line.matches("FROM [0-9a-fA-F.:]{2,45}")
 *             ? PrefaceStep.accept(new Peer(line.substring(5), -1))
 *             : PrefaceStep.refuse("FROM and an address", line);
 * }
 * }</pre>
 *
 * <p>What follows the last frame is the session's, a ClientHello too, however both were split on their way. All of it is in the
 * clear and can be said by any client that connects directly: believe it of addresses alone that are known to be balancers, which
 * the function that makes the dialogue is given.
 *
 * @see ServerSetup#preface
 */
public interface PrefaceDialogue {

    /**
     * The connection is accepted.
     *
     * @return what to read, or what to do at once
     */
    PrefaceStep opened();

    /**
     * What was to be read has come.
     *
     * @param octets what the last {@link PrefaceStep.Read} asked for: octets up to the end of the frame, which is included; a line
     *     without its CRLF
     * @return what to do next
     */
    PrefaceStep received(byte[] octets);
}
