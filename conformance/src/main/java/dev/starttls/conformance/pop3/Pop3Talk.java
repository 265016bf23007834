package dev.starttls.conformance.pop3;

import dev.starttls.conformance.check.Subject;
import dev.starttls.conformance.check.Verdict;
import dev.starttls.conformance.session.Greeting;
import dev.starttls.conformance.session.Talk;
import dev.starttls.conformance.speak.Conversation;
import dev.starttls.conformance.speak.TlsOffer;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** One POP3 session of a check. */
final class Pop3Talk extends Talk {
    private static final int MOST_REPLIES = 20;

    private Capabilities capabilities = new Capabilities(List.of(), Map.of());

    Pop3Talk(Conversation wire, TlsOffer offer) {
        super(wire, offer);
    }

    /** A fresh connection on which nothing was said. */
    static Pop3Talk with(Subject subject) throws IOException {
        return new Pop3Talk(subject.connect(), subject.offer());
    }

    /** The same, from another address than the server's own where that can be had. */
    static Pop3Talk fromElsewhere(Subject subject) throws IOException {
        return new Pop3Talk(subject.connectFromElsewhere(), subject.offer());
    }

    /** What the last CAPA was answered with. */
    Capabilities capabilities() {
        return capabilities;
    }

    /** The next response of one line. */
    Pop3Reply reply() {
        return ReplyReader.read(wire());
    }

    /** Sends a command that is answered with one line. */
    Pop3Reply say(String command) {
        wire().send(command);
        return reply();
    }

    /** Says CAPA, whose good answer ends in a line with a single dot. */
    Pop3Reply capa() {
        wire().send("CAPA");
        Pop3Reply reply = ReplyReader.readList(wire());
        capabilities = Capabilities.in(reply);
        return reply;
    }

    /** All responses until the connection ends or the server has nothing more to say; the last may be none. */
    List<Pop3Reply> untilEnd() {
        List<Pop3Reply> replies = new ArrayList<>();
        while (replies.size() < MOST_REPLIES) {
            Pop3Reply reply = reply();
            replies.add(reply);
            if (!reply.came()) {
                break;
            }
        }
        return replies;
    }

    @Override
    public Greeting greeting() {
        Pop3Reply reply = reply();
        if (reply.good()) {
            return new Greeting.Ready();
        }
        if (reply instanceof Pop3Reply.None none) {
            return new Greeting.Missing(none.instead());
        }
        return reply instanceof Pop3Reply.Malformed malformed
                ? new Greeting.Foreign(malformed.line(), malformed.told())
                : new Greeting.NoService();
    }

    @Override
    public Optional<Verdict> greeted() {
        return expected(reply(), "the greeting was ");
    }

    @Override
    public Optional<Verdict> introduced() {
        return expected(capa(), "CAPA was answered with ");
    }

    @Override
    public Optional<Verdict> offered() {
        return capabilities.has("STLS") ? Optional.empty() : Optional.of(Verdict.skip("STLS is not offered"));
    }

    @Override
    public Optional<Verdict> goneAhead() {
        return expected(say("STLS"), "STLS was answered with ");
    }

    private static Optional<Verdict> expected(Pop3Reply reply, String told) {
        return reply.good() ? Optional.empty() : Optional.of(Verdict.inconclusive(told + reply.told() + ", not +OK"));
    }

    @Override
    public void leave() {
        wire().send("QUIT");
    }

    @Override
    public List<Pop3Reply> quit() {
        leave();
        return untilEnd();
    }
}
