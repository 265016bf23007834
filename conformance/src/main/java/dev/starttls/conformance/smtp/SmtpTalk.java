package dev.starttls.conformance.smtp;

import dev.starttls.conformance.check.Subject;
import dev.starttls.conformance.check.Verdict;
import dev.starttls.conformance.session.Greeting;
import dev.starttls.conformance.session.Talk;
import dev.starttls.conformance.speak.Conversation;
import dev.starttls.conformance.speak.TlsOffer;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** One SMTP session of a check. */
final class SmtpTalk extends Talk {
    private static final int MOST_REPLIES = 20;

    private Reply lastEhlo = new Reply.Answer(0, List.of(""), List.of());

    SmtpTalk(Conversation wire, TlsOffer offer) {
        super(wire, offer);
    }

    /** A fresh connection on which nothing was said. */
    static SmtpTalk with(Subject subject) throws IOException {
        return new SmtpTalk(subject.connect(), subject.offer());
    }

    /** What the last EHLO was answered with. */
    Extensions extensions() {
        return Extensions.in(lastEhlo);
    }

    Reply lastEhlo() {
        return lastEhlo;
    }

    Reply reply() {
        return ReplyReader.read(wire());
    }

    Reply say(String command) {
        wire().send(command);
        return reply();
    }

    /** EHLO with this end's address, which every server must take (RFC 5321 section 4.1.4). */
    Reply ehlo() {
        return ehlo(addressLiteral());
    }

    /** This end's address as an address literal (RFC 5321 section 4.1.3). */
    String addressLiteral() {
        String address = wire().wire().local().getAddress().getHostAddress();
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

    @Override
    public Greeting greeting() {
        Reply reply = reply();
        if (reply instanceof Reply.Answer) {
            return reply.code() == 220 ? new Greeting.Ready() : new Greeting.NoService();
        }
        return reply instanceof Reply.Malformed malformed
                ? new Greeting.Foreign(malformed.line(), malformed.told())
                : new Greeting.Missing(((Reply.None) reply).instead());
    }

    @Override
    public Optional<Verdict> greeted() {
        Reply greeting = reply();
        return greeting.code() == 220
                ? Optional.empty()
                : Optional.of(Verdict.inconclusive("the greeting was " + greeting.told() + ", not 220"));
    }

    @Override
    public Optional<Verdict> introduced() {
        Reply answer = ehlo();
        return answer.code() == 250
                ? Optional.empty()
                : Optional.of(Verdict.inconclusive("EHLO was answered with " + answer.told()));
    }

    @Override
    public Optional<Verdict> offered() {
        return extensions().has("STARTTLS") ? Optional.empty() : Optional.of(Verdict.skip("STARTTLS is not offered"));
    }

    @Override
    public Optional<Verdict> goneAhead() {
        Reply answer = say("STARTTLS");
        return answer.code() == 220
                ? Optional.empty()
                : Optional.of(Verdict.inconclusive("STARTTLS was answered with " + answer.told()));
    }

    /** A server that greets like one of SMTP, but knows neither EHLO nor HELO. */
    @Override
    public Optional<String> stranger() {
        return lastEhlo.refusal() && say("HELO " + addressLiteral()).refusal()
                ? Optional.of("greets with 220 but takes neither EHLO nor HELO (" + lastEhlo.told()
                        + "): is it an FTP server?")
                : Optional.empty();
    }

    @Override
    public void leave() {
        wire().send("QUIT");
    }

    @Override
    public List<Reply> quit() {
        leave();
        return untilEnd();
    }
}
