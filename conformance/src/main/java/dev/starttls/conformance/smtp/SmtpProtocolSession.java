package dev.starttls.conformance.smtp;

import dev.starttls.conformance.check.Verdict;
import dev.starttls.conformance.session.Exchange;
import dev.starttls.conformance.session.Greeting;
import dev.starttls.conformance.session.PlainLogin;
import dev.starttls.conformance.session.ProtocolSession;
import dev.starttls.conformance.session.Response;
import dev.starttls.conformance.speak.Conversation;
import dev.starttls.conformance.speak.TlsOffer;
import dev.starttls.conformance.target.Login;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** One SMTP session of a check. */
final class SmtpProtocolSession extends ProtocolSession {
    private static final int MAX_REPLIES = 20;

    private Reply lastEhlo = new Reply.Answer(0, List.of(""), List.of());

    SmtpProtocolSession(Conversation wire, TlsOffer offer) {
        super(wire, offer, SmtpProfile.WORDS);
    }

    /** The extensions in the last answer to EHLO. */
    Extensions extensions() {
        return Extensions.in(lastEhlo);
    }

    Reply lastEhlo() {
        return lastEhlo;
    }

    /** Sends EHLO with the client's address, which every server must accept (RFC 5321 section 4.1.4). */
    Reply ehlo() {
        return ehlo(addressLiteral());
    }

    /** The client's address as an address literal (RFC 5321 section 4.1.3). */
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

    @Override
    public Reply say(String command) {
        wire().send(command);
        return next();
    }

    @Override
    public Reply next() {
        return ReplyReader.read(wire());
    }

    @Override
    public Reply ask() {
        return ehlo();
    }

    @Override
    public Extensions offers() {
        return extensions();
    }

    @Override
    public Reply answerTo(String tag, String command) {
        return next();
    }

    @Override
    public boolean refusedOrTagged(Response answer, String tag) {
        return answer.refusal();
    }

    /** All replies until the connection ends or nothing more comes; the last may be {@link Reply.None}. */
    List<Reply> untilEnd() {
        List<Reply> replies = new ArrayList<>();
        while (replies.size() < MAX_REPLIES) {
            Reply reply = next();
            replies.add(reply);
            if (!reply.came()) {
                break;
            }
        }
        return replies;
    }

    @Override
    public Exchange exchange() {
        Reply first = ehlo();
        if (!first.came()) {
            return new Exchange(List.of(), false, false, first.ended());
        }
        List<Reply> rest = quit();
        List<Response> answers = new ArrayList<>(List.of(first));
        rest.stream().filter(Reply::came).forEach(answers::add);
        return new Exchange(
                answers, first.done(), false, rest.get(rest.size() - 1).ended());
    }

    @Override
    public Greeting greeting() {
        Reply reply = next();
        if (reply instanceof Reply.Answer answer) {
            return greeting(answer);
        }
        return reply instanceof Reply.Malformed malformed
                ? new Greeting.Foreign(malformed.line(), malformed.told())
                : new Greeting.Missing(((Reply.None) reply).instead());
    }

    private static Greeting greeting(Reply.Answer answer) {
        if (answer.code() == 421) {
            return new Greeting.Busy(answer.told());
        }
        if (answer.code() != 220) {
            return new Greeting.NoService(answer.told());
        }
        List<String> flaws = new ArrayList<>(answer.flaws());
        if (answer.lines().get(0).isBlank()) {
            flaws.add("it does not name the server's domain");
        }
        return new Greeting.Ready(answer.told(), flaws);
    }

    @Override
    public Optional<Verdict> greeted() {
        Reply greeting = next();
        return greeting.code() == 220
                ? Optional.empty()
                : Optional.of(Verdict.inconclusive("the greeting was " + greeting.told() + ", not 220"));
    }

    /** AUTH PLAIN in two steps, so that the line stays short (RFC 4954 section 4, RFC 4616 section 2). */
    @Override
    public Optional<Verdict> logIn(Login login) {
        if (!extensions().mechanisms().contains("PLAIN")) {
            return Optional.of(Verdict.skip("AUTH PLAIN is not offered inside TLS"));
        }
        Reply asked = say("AUTH PLAIN");
        if (!asked.asks()) {
            return Optional.of(Verdict.inconclusive("AUTH PLAIN was answered with " + asked.told()));
        }
        Reply answer = PlainLogin.send(wire(), login, this::next);
        // The server's answer may repeat the password, so the detail does not quote it.
        return answer.code() == 235
                ? Optional.empty()
                : Optional.of(Verdict.inconclusive("the login as " + login.user() + " failed"));
    }

    /** A server that greets as SMTP does, but knows neither EHLO nor HELO. */
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
