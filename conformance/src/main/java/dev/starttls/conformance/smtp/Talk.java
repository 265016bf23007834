package dev.starttls.conformance.smtp;

import dev.starttls.conformance.check.Subject;
import dev.starttls.conformance.check.Verdict;
import dev.starttls.conformance.speak.Conversation;
import dev.starttls.conformance.speak.Handshake;
import dev.starttls.conformance.speak.Received;
import dev.starttls.conformance.speak.TlsOffer;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * One SMTP session of a check. The steps on the way to what the check is about return an obstacle, as a verdict, if the
 * way ends before.
 */
final class Talk {
    private static final int MOST_REPLIES = 20;

    private final Conversation wire;
    private final TlsOffer offer;
    private Reply lastEhlo = new Reply.Answer(0, List.of(""), List.of());

    Talk(Conversation wire, TlsOffer offer) {
        this.wire = wire;
        this.offer = offer;
    }

    /** A fresh connection on which nothing was said. */
    static Talk with(Subject subject) throws IOException {
        return new Talk(subject.connect(), subject.offer());
    }

    /** The connection under the session, for what is not SMTP. */
    Conversation wire() {
        return wire;
    }

    /** What the last EHLO was answered with. */
    Extensions extensions() {
        return Extensions.in(lastEhlo);
    }

    Reply lastEhlo() {
        return lastEhlo;
    }

    Reply reply() {
        return ReplyReader.read(wire);
    }

    Reply say(String command) {
        wire.send(command);
        return reply();
    }

    /** EHLO with this end's address, which every server must take (RFC 5321 section 4.1.4). */
    Reply ehlo() {
        return ehlo(addressLiteral());
    }

    /** This end's address as an address literal (RFC 5321 section 4.1.3). */
    String addressLiteral() {
        String address = wire.wire().local().getAddress().getHostAddress();
        int zone = address.indexOf('%');
        String plain = zone < 0 ? address : address.substring(0, zone);
        return plain.indexOf(':') >= 0 ? "[IPv6:" + plain + "]" : "[" + plain + "]";
    }

    Reply ehlo(String name) {
        lastEhlo = say("EHLO " + name);
        return lastEhlo;
    }

    /** All replies until the connection ends or the server has nothing more to say; the last may be no reply. */
    List<Reply> untilEnd() {
        List<Reply> replies = new ArrayList<>();
        while (replies.size() < MOST_REPLIES) {
            Reply reply = reply();
            replies.add(reply);
            if (!(reply instanceof Reply.Answer)) {
                break;
            }
        }
        return replies;
    }

    /** Reads the greeting. */
    Optional<Verdict> greeted() {
        Reply greeting = reply();
        return greeting.code() == 220
                ? Optional.empty()
                : Optional.of(Verdict.inconclusive("the greeting was " + greeting.told() + ", not 220"));
    }

    /** Says EHLO. */
    Optional<Verdict> introduced() {
        Reply answer = ehlo();
        return answer.code() == 250
                ? Optional.empty()
                : Optional.of(Verdict.inconclusive("EHLO was answered with " + answer.told()));
    }

    /** Whether the last EHLO offered STARTTLS; else there is nothing to look at. */
    Optional<Verdict> offered() {
        return extensions().has("STARTTLS") ? Optional.empty() : Optional.of(Verdict.skip("STARTTLS is not offered"));
    }

    /** Says STARTTLS and reads the go-ahead. */
    Optional<Verdict> goneAhead() {
        Reply answer = say("STARTTLS");
        return answer.code() == 220
                ? Optional.empty()
                : Optional.of(Verdict.inconclusive("STARTTLS was answered with " + answer.told()));
    }

    Handshake handshake() {
        return wire.handshake(offer);
    }

    /** Shakes hands and tells what is wrong with that, if anything is. */
    Optional<Verdict> secured() {
        Handshake handshake = handshake();
        return handshake.done()
                ? Optional.empty()
                : Optional.of(Verdict.inconclusive("the TLS handshake failed: " + handshake.told()));
    }

    /** Sends QUIT and reads all that still comes: replies, then how the connection ended. */
    List<Reply> quit() {
        wire.send("QUIT");
        return untilEnd();
    }

    /** Whether the connection was lost, or only silent, where a reply was due. */
    static boolean silent(Reply reply) {
        return reply instanceof Reply.None none && none.instead() instanceof Received.Silence;
    }
}
