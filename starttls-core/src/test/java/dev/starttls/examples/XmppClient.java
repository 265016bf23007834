package dev.starttls.examples;

import dev.starttls.core.upgrade.Dialogue;
import dev.starttls.core.upgrade.FailureReason;
import dev.starttls.core.upgrade.Frame;
import dev.starttls.core.upgrade.Output;
import dev.starttls.core.upgrade.Phase;
import dev.starttls.core.upgrade.Role;
import dev.starttls.core.upgrade.Step;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * The client side of STARTTLS in XMPP (RFC 6120 section 5), up to the features inside TLS. What an answer is, is read from its
 * last element and no more: before TLS nothing that it says is of any use, and a real client has a parser for what follows.
 */
public final class XmppClient implements Dialogue {

    private static final String TLS = "xmlns='urn:ietf:params:xml:ns:xmpp-tls'";
    private static final Frame FEATURES =
            Frame.upTo("</stream:features>", "<stream:features/>", "</stream:error>", "</stream:stream>");
    /** One empty element, of which some write the end as another tag. */
    private static final Frame ANSWER = Frame.upTo("/>", "</proceed>", "</failure>", "</stream:error>");

    private final Output header;
    private Phase phase = Phase.GREETING;
    private String features = "";

    /**
     * A dialogue that has not begun.
     *
     * @param domain that the client's address has, and that the server's certificate must have (RFC 6120 section
     *     13.7.2.1): the host of the connection's peer, whatever machine it is looked up to be
     */
    public XmppClient(String domain) {
        // No "from": who the client is, is not said before TLS (RFC 6120 section 4.7.1).
        header = text("<?xml version='1.0'?><stream:stream to='" + domain + "' version='1.0' xml:lang='en'"
                + " xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams'>");
    }

    /** What the server has said last of what it can do, as octets of XML; inside TLS only what it has said there. */
    public String features() {
        return features;
    }

    @Override
    public String protocol() {
        return "xmpp";
    }

    @Override
    public Role role() {
        return Role.CLIENT;
    }

    @Override
    public List<Integer> startTlsPorts() {
        return List.of(5222);
    }

    @Override
    public Step opened() {
        return new Step.Await(phase, header, FEATURES);
    }

    @Override
    public Step secured() {
        phase = Phase.RECAPABILITY;
        features = "";
        return new Step.Await(phase, header, FEATURES);
    }

    @Override
    public Step octets(byte[] octets) {
        String answer = new String(octets, StandardCharsets.UTF_8).strip();
        if (answer.endsWith("</stream:error>") || answer.endsWith("</stream:stream>")) {
            return new Step.Fail(
                    FailureReason.TURNED_AWAY, "Expected features, got an error of the stream", answer, List.of());
        }
        if (phase == Phase.COMMAND) {
            if (answer.startsWith("<proceed")) {
                return Step.goAhead();
            }
            // It ends the stream too: there is no way on in plaintext (RFC 6120 section 5.4.2.2).
            return answer.startsWith("<failure")
                    ? new Step.Fail(FailureReason.REFUSED, "Expected <proceed/>, got <failure/>", answer, List.of())
                    : Step.violation("<proceed/> or <failure/>", answer);
        }
        features = answer;
        if (phase == Phase.RECAPABILITY) {
            return Step.ready();
        }
        if (!answer.contains("<starttls")) {
            return new Step.Decline(FailureReason.NOT_OFFERED, "");
        }
        phase = Phase.COMMAND;
        return new Step.Propose(text("<starttls " + TLS + "/>"), ANSWER);
    }

    private static Output text(String text) {
        return Output.octets(text.getBytes(StandardCharsets.UTF_8));
    }
}
