package dev.starttls.smtp;

import dev.starttls.core.line.Ascii;
import dev.starttls.core.upgrade.Dialogue;
import dev.starttls.core.upgrade.FailureReason;
import dev.starttls.core.upgrade.Phase;
import dev.starttls.core.upgrade.Role;
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
 *       reply still, taken once its last line is there with nothing behind it. 4yz and 5yz refuse; said without EHLO ({@link
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
public final class SmtpClientDialogue implements Dialogue {

    /** A name for a client that knows none of its own: the literal of the loopback address (RFC 5321 section 4.1.3). */
    public static final String LOCAL_NAME = "[127.0.0.1]";

    private static final int MOST_NAME_OCTETS = 255;

    private enum Awaited {
        NOTHING,
        GREETING,
        EHLO,
        STARTTLS,
        HELO
    }

    private final String name;
    private final HeloFallback fallback;
    private final SmtpReplyParser parser = new SmtpReplyParser();
    private Awaited awaited = Awaited.NOTHING;
    private Phase asking = Phase.CAPABILITY;
    private boolean openedInPlaintext;
    private boolean direct;
    private boolean unasked;
    private boolean ehloRefused;
    private Optional<SmtpReply> greeting = Optional.empty();
    private Optional<SmtpReply> lastReply = Optional.empty();
    private SmtpCapabilities announced = SmtpCapabilities.none();

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
        requireName(name);
        this.name = name;
        this.fallback = fallback;
    }

    static void requireName(String name) {
        Objects.requireNonNull(name, "name: expected what the client calls itself, got null; try LOCAL_NAME");
        if (!Ascii.word(name) || name.length() > MOST_NAME_OCTETS) {
            throw new IllegalArgumentException("name: expected 1 to " + MOST_NAME_OCTETS
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

    /**
     * What the server announced in its last reply to EHLO; inside TLS, only what it announced there.
     *
     * @return none before that reply, and after HELO no more than the domain
     */
    public SmtpCapabilities announced() {
        return announced;
    }

    /**
     * The greeting.
     *
     * @return empty before it came, and empty once it was forgotten at the upgrade
     */
    public Optional<SmtpReply> greeting() {
        return greeting;
    }

    /**
     * The last whole reply, its enhanced status code kept.
     *
     * @return empty before one came, and empty once it was forgotten at the upgrade
     */
    public Optional<SmtpReply> lastReply() {
        return lastReply;
    }

    @Override
    public String protocol() {
        return "smtp";
    }

    @Override
    public Role role() {
        return Role.CLIENT;
    }

    @Override
    public List<String> capabilities() {
        return announced.announced();
    }

    @Override
    public void direct() {
        direct = true;
    }

    @Override
    public Step opened() {
        openedInPlaintext = true;
        awaited = Awaited.GREETING;
        return Step.await(Phase.GREETING);
    }

    @Override
    public Step secured() {
        // RFC 3207 section 4.2: what was learned before TLS, someone in the middle may have said.
        parser.reset();
        greeting = Optional.empty();
        lastReply = Optional.empty();
        announced = SmtpCapabilities.none();
        ehloRefused = false;
        asking = Phase.RECAPABILITY;
        if (openedInPlaintext) {
            return hello(Awaited.EHLO);
        }
        awaited = Awaited.GREETING;
        return Step.await(Phase.GREETING);
    }

    @Override
    public Step declined(FailureReason reason) {
        return ehloRefused ? withoutExtensions() : ready();
    }

    @Override
    public Step received(String line) {
        Optional<SmtpReply> whole;
        try {
            whole = parser.add(line);
        } catch (SmtpSyntaxException e) {
            return new Step.Fail(
                    e.reason(),
                    e.getMessage(),
                    line,
                    List.of(),
                    e.reason() == FailureReason.LIMIT_EXCEEDED
                            ? "See which server answers with as much, and ask its operator why"
                            : "");
        }
        if (whole.isEmpty()) {
            return Step.await(phase());
        }
        lastReply = whole;
        SmtpReply reply = whole.get();
        if (reply.code() == 421) {
            return turnedAway("the session to go on", reply);
        }
        // No switch: javac makes a class of it, whose loading would be a part of the first upgrade.
        if (awaited == Awaited.GREETING) {
            return greeted(reply);
        }
        if (awaited == Awaited.EHLO) {
            return answered(reply);
        }
        if (awaited == Awaited.STARTTLS) {
            return decided(reply);
        }
        if (awaited == Awaited.HELO) {
            return answeredPlainly(reply);
        }
        throw new IllegalStateException("Expected no line before opened() or after the last step, got one");
    }

    private Step greeted(SmtpReply reply) {
        if (reply.code() == 220) {
            greeting = Optional.of(reply);
            if (direct && asking == Phase.CAPABILITY) {
                unasked = true;
                awaited = Awaited.STARTTLS;
                return new Step.Propose("STARTTLS", Step.Offer.UNREAD);
            }
            return hello(Awaited.EHLO);
        }
        return reply.category() >= 4
                ? turnedAway("the greeting 220", reply)
                : Step.violation("the greeting 220", reply.toString());
    }

    private Step answered(SmtpReply reply) {
        if (reply.code() == 250) {
            announced = SmtpCapabilities.of(reply);
            if (asking == Phase.RECAPABILITY) {
                // Offered again inside TLS it is ignored (RFC 3207 section 4.2).
                return ready();
            }
            if (announced.has("STARTTLS")) {
                awaited = Awaited.STARTTLS;
                return new Step.Propose("STARTTLS");
            }
            return new Step.Decline(FailureReason.NOT_OFFERED, reply.toString());
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
        return asking == Phase.RECAPABILITY
                ? withoutExtensions()
                : new Step.Decline(FailureReason.NOT_OFFERED, reply.toString());
    }

    private Step decided(SmtpReply reply) {
        if (reply.code() == 220) {
            return Step.goAhead();
        }
        if (unasked && reply.category() >= 4) {
            unasked = false;
            awaited = Awaited.EHLO;
            return new Step.Ask(asking, List.of(Awaited.EHLO + " " + name), reply.toString());
        }
        return reply.category() >= 4
                ? new Step.Decline(FailureReason.REFUSED, reply.toString())
                : Step.violation("220 for STARTTLS, or a refusal", reply.toString());
    }

    private Step answeredPlainly(SmtpReply reply) {
        if (reply.code() == 250) {
            announced = SmtpCapabilities.of(SmtpReply.of(250, reply.text().get(0)));
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
                    lastReply.map(SmtpReply::toString).orElse(""),
                    List.of());
        }
        return hello(Awaited.HELO);
    }

    private Step hello(Awaited which) {
        awaited = which;
        return Step.send(asking, which + " " + name);
    }

    private Step ready() {
        awaited = Awaited.NOTHING;
        return Step.ready();
    }

    private static Step turnedAway(String expected, SmtpReply reply) {
        return new Step.Fail(
                FailureReason.TURNED_AWAY,
                "Expected " + expected + ", but the server does not serve this client"
                        + (reply.category() == 4 ? " now; try again later" : ""),
                reply.toString(),
                List.of());
    }

    private Phase phase() {
        if (awaited == Awaited.GREETING) {
            return Phase.GREETING;
        }
        return awaited == Awaited.STARTTLS ? Phase.COMMAND : asking;
    }
}
