package dev.starttls.smtp;

import dev.starttls.core.line.Ascii;
import dev.starttls.core.upgrade.ClientDialogue;
import dev.starttls.core.upgrade.FailureReason;
import dev.starttls.core.upgrade.Phase;
import dev.starttls.core.upgrade.Step;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * A client's side: greeting, EHLO, STARTTLS, and EHLO again inside TLS (RFC 3207); or, with implicit TLS, greeting and EHLO
 * inside it (RFC 8314 section 3.3). Ends when the capabilities that count are known.
 *
 * <pre>{@code
 * SmtpClientDialogue dialogue = new SmtpClientDialogue("client.example.org", HeloFallback.ALLOWED);
 * UpgradeConnection connection = new UpgradeConnection(dialogue, settings, new Peer("mail.example.org", 587));
 * // drive it until connection.ready(), then
 * dialogue.announced().parameters("AUTH");
 * }</pre>
 *
 * <p>What is taken for what:
 *
 * <ul>
 *   <li>Greeting: 220 goes on; 4yz and 5yz turn the client away; anything else is a violation.
 *   <li>EHLO: 250 goes on; 500 and 502 mean that the server does not know the command (RFC 5321 section 3.2), so that
 *       STARTTLS is not offered, and HELO is left. Any other refusal, 4yz or 5yz, turns the client away, inside TLS too: 501
 *       and 504 object to its name, 550 to its name or address (section 4.1.1.1), 503 to whatever it is. HELO with the same
 *       name from the same address would fare no better, and no offer was stripped.
 *   <li>STARTTLS: 220 is the go-ahead, and no other 2yz is (RFC 3207 section 4). It may have several lines: that is one
 *       reply still, taken once its last line is there with nothing after it. 4yz and 5yz refuse; said without EHLO ({@link
 *       #direct}), 503 as any other of them means that EHLO is said now, and STARTTLS again if that announces it.
 *   <li>421 turns the client away wherever it comes (RFC 5321 section 4.2.2): the server closes.
 * </ul>
 *
 * <p>A ClientHello in the segment of STARTTLS is sent to hosts only that are remembered to take it, and tried on none: a
 * client that pipelines has STARTTLS last in a group (RFC 3207 section 4), and servers throw away what follows it, as Postfix
 * and Exim do, or refuse.
 *
 * <p>One instance serves one connection, one thread at a time; nothing blocks.
 */
public final class SmtpClientDialogue extends ClientDialogue<SmtpReply, SmtpCapabilities> {

    /** A name for a client that knows none of its own: the literal of the loopback address (RFC 5321 section 4.1.3). */
    public static final String LOCAL_NAME = "[127.0.0.1]";

    /** Of a domain (RFC 5321 section 4.5.3.1.2). */
    private static final int MAX_NAME_OCTETS = 255;

    private final String name;
    private final HeloFallback fallback;
    private final SmtpReplyParser parser = new SmtpReplyParser();
    private boolean ehloRefused;
    private boolean helo;

    /**
     * A dialogue that has not begun.
     *
     * @param name what the client calls itself: a host name or an address literal (RFC 5321 section 4.1.4), for instance
     *     {@link #LOCAL_NAME} or what {@link #nameOf} makes of an address; 1 to 255 printable characters of ASCII without
     *     a space
     * @param fallback what to do when the server refuses EHLO
     * @throws IllegalArgumentException if the name could not be sent as one
     */
    public SmtpClientDialogue(String name, HeloFallback fallback) {
        super(Smtp.PROTOCOL, SmtpCapabilities.none());
        requireName(name);
        this.name = name;
        this.fallback = fallback;
    }

    static void requireName(String name) {
        Objects.requireNonNull(name, "name: expected what the client calls itself, got null; try LOCAL_NAME");
        if (!Ascii.word(name) || name.length() > MAX_NAME_OCTETS) {
            throw new IllegalArgumentException("name: expected 1 to " + MAX_NAME_OCTETS
                    + " printable characters of ASCII without a space, got " + name.length()
                    + " characters with others; convert international names first (RFC 5891)");
        }
    }

    /**
     * The address literal for an address (RFC 5321 section 4.1.3), which a client without a host name calls itself by.
     *
     * @param local the client's address
     * @return for instance {@code [192.0.2.1]} or {@code [IPv6:2001:db8:0:0:0:0:0:1]}
     */
    public static String nameOf(InetAddress local) {
        String address = local.getHostAddress();
        int scope = address.indexOf('%');
        String bare = scope < 0 ? address : address.substring(0, scope);
        return local instanceof Inet6Address ? "[IPv6:" + bare + "]" : "[" + bare + "]";
    }

    @Override
    protected List<String> question() {
        return List.of("EHLO " + name);
    }

    @Override
    protected String serverAnswer() {
        return lastReply().orElseThrow().toString();
    }

    @Override
    protected void forget() {
        parser.reset();
        ehloRefused = false;
        helo = false;
    }

    @Override
    public Step declined(FailureReason reason) {
        return ehloRefused ? withoutExtensions() : super.declined(reason);
    }

    @Override
    protected Step line(String line) {
        Optional<SmtpReply> whole;
        try {
            whole = parser.add(line);
        } catch (SmtpSyntaxException e) {
            return unreadable(e.reason(), e.getMessage(), line);
        }
        if (whole.isEmpty()) {
            return Step.await(phase());
        }
        SmtpReply reply = whole.get();
        keepReply(reply);
        if (reply.code() == 421) {
            return turnedAway("the session to go on", reply);
        }
        // No switch: javac makes a class of it, whose loading would be a part of the first upgrade.
        if (phase() == Phase.GREETING) {
            return welcome(reply);
        }
        if (phase() == Phase.COMMAND) {
            return decided(reply);
        }
        return helo ? answeredPlainly(reply) : extended(reply);
    }

    private Step welcome(SmtpReply reply) {
        if (reply.code() == 220) {
            return serverGreeted(reply);
        }
        return reply.category() >= 4
                ? turnedAway("the greeting 220", reply)
                : Step.violation("the greeting 220", reply.toString());
    }

    private Step extended(SmtpReply reply) {
        if (reply.code() == 250) {
            keepCapabilities(SmtpCapabilities.of(reply));
            return serverAnnounced();
        }
        if (reply.category() < 4) {
            return Step.violation("250 for EHLO", reply.toString());
        }
        if (reply.code() != 500 && reply.code() != 502) {
            return new Step.Fail(
                    FailureReason.TURNED_AWAY,
                    "Expected 250 for EHLO " + name + ", but the server does not serve this client"
                            + (reply.category() == 4 ? " now; try again later" : ""),
                    reply.toString(),
                    List.of(),
                    reply.category() == 4
                            ? ""
                            : "The reply says whether it objects to the client's name, which SmtpClient.name sets, or to its"
                                    + " address");
        }
        ehloRefused = true;
        return secure() ? withoutExtensions() : new Step.Decline(FailureReason.NOT_OFFERED, reply.toString());
    }

    private Step decided(SmtpReply reply) {
        if (reply.code() == 220) {
            return Step.goAhead();
        }
        return reply.category() >= 4
                ? serverRefused(reply.toString())
                : Step.violation("220 for STARTTLS, or a refusal", reply.toString());
    }

    private Step answeredPlainly(SmtpReply reply) {
        if (reply.code() == 250) {
            keepCapabilities(SmtpCapabilities.of(SmtpReply.of(250, reply.text().get(0))));
            return ready();
        }
        return reply.category() >= 4
                ? turnedAway("250 for HELO", reply)
                : Step.violation("250 for HELO", reply.toString());
    }

    private Step withoutExtensions() {
        if (fallback == HeloFallback.NEVER) {
            return new Step.Fail(
                    FailureReason.TURNED_AWAY,
                    "Expected 250 for EHLO, got a refusal; HELO is not allowed here (HeloFallback.NEVER)",
                    lastReply().map(SmtpReply::toString).orElse(""),
                    List.of());
        }
        helo = true;
        return Step.send(phase(), "HELO " + name);
    }

    private static Step turnedAway(String expected, SmtpReply reply) {
        return new Step.Fail(
                FailureReason.TURNED_AWAY,
                "Expected " + expected + ", but the server does not serve this client"
                        + (reply.category() == 4 ? " now; try again later" : ""),
                reply.toString(),
                List.of());
    }
}
