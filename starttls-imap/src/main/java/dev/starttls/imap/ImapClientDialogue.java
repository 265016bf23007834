package dev.starttls.imap;

import dev.starttls.core.upgrade.Dialogue;
import dev.starttls.core.upgrade.FailureReason;
import dev.starttls.core.upgrade.Phase;
import dev.starttls.core.upgrade.Role;
import dev.starttls.core.upgrade.Step;
import java.util.List;
import java.util.Optional;

/**
 * A client's side: greeting, CAPABILITY unless the greeting told, STARTTLS, and CAPABILITY inside TLS (RFC 9051 section
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
 *   <li>Data and warnings that nobody asked for are counted and forgotten, literals in them too.
 * </ul>
 *
 * <p>A response code with capabilities in the go-ahead is not used: it came in the clear.
 *
 * <p>One instance serves one connection, one thread at a time; nothing blocks.
 */
public final class ImapClientDialogue implements Dialogue {

    private enum Awaited {
        NOTHING,
        GREETING,
        CAPABILITY,
        STARTTLS
    }

    private final ImapResponseReader reader = new ImapResponseReader();
    private Awaited awaited = Awaited.NOTHING;
    private Phase asking = Phase.CAPABILITY;
    private boolean openedInPlaintext;
    private boolean direct;
    private boolean unasked;
    private int tags;
    private Optional<ImapStatus> greeting = Optional.empty();
    private Optional<ImapStatus> lastStatus = Optional.empty();
    private Optional<ImapCapabilities> found = Optional.empty();

    /** A dialogue that has not begun. */
    public ImapClientDialogue() {}

    /**
     * What the server announced last; inside TLS, only what it announced there.
     *
     * @return none before it did
     */
    public ImapCapabilities announced() {
        return found.orElse(ImapCapabilities.none());
    }

    /**
     * The greeting, its response code kept.
     *
     * @return empty before it came, and empty once it was forgotten at the upgrade
     */
    public Optional<ImapStatus> greeting() {
        return greeting;
    }

    /**
     * Whether the greeting said that the client is logged in already.
     *
     * @return true after PREAUTH; false once that was forgotten at the upgrade
     */
    public boolean preauthenticated() {
        return greeting.isPresent() && greeting.get().condition() == ImapCondition.PREAUTH;
    }

    /**
     * The last status response, tagged or not, its response code kept.
     *
     * @return empty before one came, and empty once it was forgotten at the upgrade
     */
    public Optional<ImapStatus> lastStatus() {
        return lastStatus;
    }

    @Override
    public String protocol() {
        return "imap";
    }

    @Override
    public Role role() {
        return Role.CLIENT;
    }

    @Override
    public List<String> capabilities() {
        return announced().announced();
    }

    /** A ClientHello may come with STARTTLS (RFC 9051 section 6.2.1). */
    @Override
    public boolean takesEarlyHello() {
        return true;
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
        // RFC 9051 section 6.2.1: what was learned before TLS, someone in the middle may have said.
        reader.reset();
        greeting = Optional.empty();
        lastStatus = Optional.empty();
        found = Optional.empty();
        asking = Phase.RECAPABILITY;
        if (openedInPlaintext) {
            return ask();
        }
        awaited = Awaited.GREETING;
        return Step.await(Phase.GREETING);
    }

    @Override
    public Step declined(FailureReason reason) {
        boolean asked = reason != FailureReason.PREAUTHENTICATED || found.isPresent();
        return asked ? ready() : ask();
    }

    @Override
    public Step received(String line) {
        if (awaited == Awaited.NOTHING) {
            throw new IllegalStateException("Expected no line before opened() or after the last step, got one");
        }
        Optional<ImapLiteral> literal = reader.line(line);
        if (literal.isPresent()) {
            return await(literal.get(), line);
        }
        String whole = reader.take();
        try {
            return answered(ImapResponse.parse(whole), whole);
        } catch (ImapSyntaxException e) {
            return new Step.Fail(FailureReason.PROTOCOL_VIOLATION, e.getMessage(), whole, List.of());
        }
    }

    @Override
    public Step octets(byte[] octets) {
        reader.octets(octets);
        return Step.await(phase());
    }

    private Step await(ImapLiteral literal, String line) {
        if (literal.kind() == ImapLiteral.Kind.NON_SYNCHRONIZING) {
            return Step.violation("a literal without \"+\", as servers send them (RFC 9051 section 9)", line);
        }
        if (literal.octets() > Integer.MAX_VALUE) {
            return new Step.Fail(
                    FailureReason.LIMIT_EXCEEDED,
                    "Expected a literal that can be held, got a longer one",
                    line,
                    List.of());
        }
        return literal.octets() == 0
                ? Step.await(phase())
                : new Step.AwaitOctets(phase(), List.of(), (int) literal.octets());
    }

    private Step answered(ImapResponse response, String line) {
        if (response instanceof ImapResponse.Untagged untagged) {
            lastStatus = Optional.of(untagged.status());
            if (untagged.status().condition() == ImapCondition.BYE) {
                return new Step.Fail(
                        FailureReason.TURNED_AWAY,
                        "Expected the server to serve this client, got its farewell",
                        line,
                        List.of());
            }
        } else if (response instanceof ImapResponse.Tagged tagged) {
            lastStatus = Optional.of(tagged.status());
        }
        // No switch: javac makes a class of it, whose loading would be a part of the first upgrade.
        if (awaited == Awaited.GREETING) {
            return greeted(response, line);
        }
        return awaited == Awaited.STARTTLS ? decided(response, line) : told(response, line);
    }

    private Step greeted(ImapResponse response, String line) {
        if (response instanceof ImapResponse.Untagged untagged) {
            ImapCondition condition = untagged.status().condition();
            if (condition == ImapCondition.OK || condition == ImapCondition.PREAUTH) {
                greeting = Optional.of(untagged.status());
                found = untagged.status().capabilities();
                if (condition == ImapCondition.PREAUTH && asking == Phase.CAPABILITY) {
                    return new Step.Decline(FailureReason.PREAUTHENTICATED, line);
                }
                boolean enough = found.isPresent()
                        && (asking == Phase.RECAPABILITY || announced().has("STARTTLS"));
                if (enough) {
                    return proceed(line);
                }
                found = Optional.empty();
                if (direct && asking == Phase.CAPABILITY) {
                    unasked = true;
                    awaited = Awaited.STARTTLS;
                    return new Step.Propose(freshTag() + " STARTTLS", Step.Offer.UNREAD);
                }
                return ask();
            }
        }
        return Step.violation("the greeting \"* OK\", \"* PREAUTH\" or \"* BYE\"", line);
    }

    private Step told(ImapResponse response, String line) {
        if (response instanceof ImapResponse.Data data && data.keyword().equals("CAPABILITY")) {
            found = Optional.of(ImapCapabilities.parse(data.text().substring("CAPABILITY".length())));
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
        return Step.await(asking);
    }

    private Step capabilityDone(ImapStatus status, String line) {
        if (status.condition() == ImapCondition.OK) {
            found = found.isPresent() ? found : status.capabilities();
            return found.isPresent()
                    ? proceed(line)
                    : Step.violation("\"* CAPABILITY\" before the end of the command (RFC 9051 section 6.1.1)", line);
        }
        if (asking == Phase.RECAPABILITY) {
            return Step.violation("OK for CAPABILITY", line);
        }
        found = Optional.of(greeting.flatMap(ImapStatus::capabilities).orElse(ImapCapabilities.none()));
        return proceed(line);
    }

    private Step decided(ImapResponse response, String line) {
        if (response instanceof ImapResponse.Tagged tagged) {
            if (!tagged.tag().equals(tag())) {
                return Step.violation("a reply to STARTTLS under its tag " + tag(), line);
            }
            if (unasked && tagged.status().condition() != ImapCondition.OK) {
                unasked = false;
                awaited = Awaited.CAPABILITY;
                return new Step.Ask(asking, List.of(freshTag() + " CAPABILITY"), line);
            }
            return tagged.status().condition() == ImapCondition.OK
                    ? Step.goAhead()
                    : new Step.Decline(FailureReason.REFUSED, line);
        }
        boolean forgettable = response instanceof ImapResponse.Data data
                ? !data.keyword().equals("STARTTLS")
                : response instanceof ImapResponse.Untagged untagged
                        && untagged.status().condition() != ImapCondition.PREAUTH;
        return forgettable
                ? Step.await(Phase.COMMAND)
                : Step.violation("a reply to STARTTLS under its tag " + tag(), line);
    }

    /** The capabilities are known. */
    private Step proceed(String line) {
        if (asking == Phase.RECAPABILITY || preauthenticated()) {
            // Offered again inside TLS it is ignored.
            return ready();
        }
        if (!announced().has("STARTTLS")) {
            return new Step.Decline(FailureReason.NOT_OFFERED, line);
        }
        awaited = Awaited.STARTTLS;
        return new Step.Propose(freshTag() + " STARTTLS");
    }

    private Step ask() {
        awaited = Awaited.CAPABILITY;
        return Step.send(asking, freshTag() + " CAPABILITY");
    }

    private Step ready() {
        awaited = Awaited.NOTHING;
        return Step.ready();
    }

    private String freshTag() {
        tags++;
        return tag();
    }

    private String tag() {
        return "T" + tags;
    }

    private Phase phase() {
        if (awaited == Awaited.GREETING) {
            return Phase.GREETING;
        }
        return awaited == Awaited.STARTTLS ? Phase.COMMAND : asking;
    }
}
