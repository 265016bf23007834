package dev.starttls.imap;

import dev.starttls.core.upgrade.ClientDialogue;
import dev.starttls.core.upgrade.FailureReason;
import dev.starttls.core.upgrade.Frame;
import dev.starttls.core.upgrade.Phase;
import dev.starttls.core.upgrade.Step;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;

/**
 * A client's side: greeting, CAPABILITY unless the greeting announced, STARTTLS, and CAPABILITY inside TLS (RFC 9051 section
 * 6.2.1); or, with implicit TLS, greeting and CAPABILITY inside it (RFC 8314 section 3.2). Ends when the capabilities that
 * count are known.
 *
 * <pre>{@code
 * ImapClientDialogue dialogue = new ImapClientDialogue();
 * UpgradeConnection connection = new UpgradeConnection(dialogue, settings, new Peer("mail.example.org", 143));
 * // drive it until connection.ready(), then
 * dialogue.announced().parameters("AUTH");
 * }</pre>
 *
 * <p>What is taken for what:
 *
 * <ul>
 *   <li>Greeting: OK goes on. PREAUTH means that there will be no TLS: the server takes STARTTLS only from a client that is
 *       not logged in (RFC 9051 section 11.1); inside implicit TLS it goes on. BYE turns the client away, and a referral in
 *       it is not followed. Anything else is a violation.
 *   <li>CAPABILITY: not asked for if the greeting had a response code with STARTTLS in it. One without is not believed
 *       unasked: servers may leave out there what they announce when asked. NO and BAD mean that STARTTLS is not offered;
 *       inside TLS they are a violation.
 *   <li>STARTTLS: OK under the command's own tag is the go-ahead, NO and BAD under it refuse. Another tag and a
 *       continuation are violations. Said without knowing of it ({@link #direct}), it is refused to no end: CAPABILITY is said
 *       now, and STARTTLS again if that announces it.
 *   <li>An untagged OK, NO or BAD is information, a warning or the report of an error, with or without a response code, and
 *       answers nothing (RFC 9051 sections 7.1.1 to 7.1.3): a client must be prepared for any response at all times
 *       (section 2.2.2).
 *   <li>BYE turns the client away wherever it comes: the server closes (RFC 9051 section 7.1.5).
 *   <li>Unsolicited data and warnings are counted and dropped, literals in them too.
 * </ul>
 *
 * <p>A response code with capabilities in the go-ahead is not used: it came in the clear.
 *
 * <p>One instance serves one connection, one thread at a time; nothing blocks.
 */
public final class ImapClientDialogue extends ClientDialogue<ImapStatus, ImapCapabilities> {

    /** The connection's limits bound it. */
    private final ImapResponseParser parser = new ImapResponseParser(Integer.MAX_VALUE, Integer.MAX_VALUE);

    private int tags;
    private String lastLine = "";

    /** A dialogue that has not begun. */
    public ImapClientDialogue() {
        super(Imap.PROTOCOL, ImapCapabilities.none());
    }

    /**
     * Whether the greeting said that the client is logged in already.
     *
     * @return true after PREAUTH; false once that was forgotten at the upgrade
     */
    public boolean preauthenticated() {
        return greeting().isPresent() && greeting().get().condition() == ImapCondition.PREAUTH;
    }

    @Override
    protected List<String> question() {
        return List.of(freshTag() + " CAPABILITY");
    }

    @Override
    protected String serverAnswer() {
        return lastLine;
    }

    @Override
    protected String command() {
        return freshTag() + " STARTTLS";
    }

    @Override
    protected void forget() {
        parser.reset();
        lastLine = "";
    }

    /** A ClientHello may come with STARTTLS (RFC 9051 section 6.2.1). */
    @Override
    public boolean takesEarlyHello() {
        return true;
    }

    @Override
    protected Step line(String line) {
        String whole = line;
        try {
            Optional<ImapLiteral> literal = parser.line(line);
            if (literal.isPresent()) {
                parser.hold(literal.get());
                int octets = (int) literal.get().octets();
                return octets == 0 ? Step.await(phase()) : Step.await(phase(), Frame.exactly(octets));
            }
            whole = parser.take();
            lastLine = whole;
            return responded(ImapResponse.parse(whole), whole);
        } catch (ImapSyntaxException e) {
            return unreadable(e.reason(), e.getMessage(), whole);
        }
    }

    @Override
    public Step octets(byte[] octets) {
        parser.octets(ByteBuffer.wrap(octets));
        return Step.await(phase());
    }

    private Step responded(ImapResponse response, String line) {
        if (response instanceof ImapResponse.Untagged untagged) {
            keepReply(untagged.status());
            if (untagged.status().condition() == ImapCondition.BYE) {
                return new Step.Fail(
                        FailureReason.TURNED_AWAY,
                        "Expected the server to serve this client, got BYE",
                        line,
                        List.of());
            }
        } else if (response instanceof ImapResponse.Tagged tagged) {
            keepReply(tagged.status());
        }
        // No switch: javac makes a class of it, whose loading would be a part of the first upgrade.
        if (phase() == Phase.GREETING) {
            return welcome(response, line);
        }
        return phase() == Phase.COMMAND ? decided(response, line) : listed(response, line);
    }

    private Step welcome(ImapResponse response, String line) {
        if (response instanceof ImapResponse.Untagged untagged) {
            ImapStatus status = untagged.status();
            Optional<ImapCapabilities> announced = status.capabilities();
            if (status.condition() == ImapCondition.PREAUTH && !secure()) {
                keepGreeting(status);
                announced.ifPresent(this::keepCapabilities);
                return new Step.Decline(FailureReason.PREAUTHENTICATED, line);
            }
            if (status.condition() == ImapCondition.OK || status.condition() == ImapCondition.PREAUTH) {
                boolean enough =
                        announced.isPresent() && (secure() || announced.get().has("STARTTLS"));
                if (!enough) {
                    return serverGreeted(status);
                }
                keepGreeting(status);
                keepCapabilities(announced.get());
                return serverAnnounced();
            }
        }
        return Step.violation("the greeting \"* OK\", \"* PREAUTH\" or \"* BYE\"", line);
    }

    private Step listed(ImapResponse response, String line) {
        if (response instanceof ImapResponse.Data data && data.keyword().equals("CAPABILITY")) {
            keepCapabilities(ImapCapabilities.parse(data.text().substring("CAPABILITY".length())));
        } else if (response instanceof ImapResponse.Tagged tagged) {
            return tagged.tag().equals(tag())
                    ? capabilityDone(tagged.status(), line)
                    : Step.violation("the reply " + tag() + " to CAPABILITY", line);
        } else if (response instanceof ImapResponse.Untagged untagged) {
            if (untagged.status().condition() == ImapCondition.PREAUTH) {
                return Step.violation("the reply " + tag() + " to CAPABILITY", line);
            }
        } else if (response instanceof ImapResponse.Continuation) {
            return Step.violation("the reply " + tag() + " to CAPABILITY", line);
        }
        return Step.await(phase());
    }

    private Step capabilityDone(ImapStatus status, String line) {
        if (status.condition() == ImapCondition.OK) {
            if (!known()) {
                status.capabilities().ifPresent(this::keepCapabilities);
            }
            return known()
                    ? serverAnnounced()
                    : Step.violation("\"* CAPABILITY\" before the end of the command (RFC 9051 section 6.1.1)", line);
        }
        if (secure()) {
            return Step.violation("OK for CAPABILITY", line);
        }
        keepCapabilities(greeting().flatMap(ImapStatus::capabilities).orElse(ImapCapabilities.none()));
        return serverAnnounced();
    }

    private Step decided(ImapResponse response, String line) {
        if (response instanceof ImapResponse.Tagged tagged) {
            if (!tagged.tag().equals(tag())) {
                return Step.violation("a reply to STARTTLS under its tag " + tag(), line);
            }
            return tagged.status().condition() == ImapCondition.OK ? Step.goAhead() : serverRefused(line);
        }
        boolean forgettable = response instanceof ImapResponse.Data data
                ? !data.keyword().equals("STARTTLS")
                : response instanceof ImapResponse.Untagged untagged
                        && untagged.status().condition() != ImapCondition.PREAUTH;
        return forgettable
                ? Step.await(Phase.COMMAND)
                : Step.violation("a reply to STARTTLS under its tag " + tag(), line);
    }

    private String freshTag() {
        tags++;
        return tag();
    }

    private String tag() {
        return "T" + tags;
    }
}
