package dev.starttls.conformance.smtp;

import dev.starttls.conformance.check.Verdict;
import dev.starttls.conformance.connection.Conversation;
import dev.starttls.conformance.connection.TlsOffer;
import dev.starttls.conformance.session.CommandExchange;
import dev.starttls.conformance.session.Greeting;
import dev.starttls.conformance.session.PlainLogin;
import dev.starttls.conformance.session.ProtocolSession;
import dev.starttls.conformance.session.Response;
import dev.starttls.conformance.target.Login;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** One SMTP session of a check. */
final class SmtpProtocolSession extends ProtocolSession {
    private static final int MAX_REPLIES = 20;

    private ObservedSmtpReply lastEhlo = new ObservedSmtpReply.Answer(0, List.of(""), List.of());

    SmtpProtocolSession(Conversation wire, TlsOffer offer) {
        super(wire, offer, SmtpProfile.WORDS);
    }

    /** The extensions in the last answer to EHLO. */
    EhloExtensions extensions() {
        return EhloExtensions.in(lastEhlo);
    }

    ObservedSmtpReply lastEhlo() {
        return lastEhlo;
    }

    /** Sends EHLO with the client's name. */
    ObservedSmtpReply ehlo() {
        return ehlo(name());
    }

    /**
     * The name given by the user, otherwise that of this machine if it is fully qualified, otherwise the client's
     * address (RFC 5321 section 4.1.1.1).
     */
    String name() {
        return clientName().or(MachineName::qualified).orElseGet(this::addressLiteral);
    }

    /** The client's address as an address literal (RFC 5321 section 4.1.3). */
    String addressLiteral() {
        String address = wire().wire().local().getAddress().getHostAddress();
        int zone = address.indexOf('%');
        String plain = zone < 0 ? address : address.substring(0, zone);
        return plain.indexOf(':') >= 0 ? "[IPv6:" + plain + "]" : "[" + plain + "]";
    }

    ObservedSmtpReply ehlo(String name) {
        lastEhlo = say("EHLO " + name);
        return lastEhlo;
    }

    @Override
    public ObservedSmtpReply say(String command) {
        wire().send(command);
        return next();
    }

    @Override
    public ObservedSmtpReply next() {
        return LenientSmtpReader.read(wire());
    }

    @Override
    public ObservedSmtpReply ask() {
        return ehlo();
    }

    @Override
    public EhloExtensions offers() {
        return extensions();
    }

    @Override
    public ObservedSmtpReply answerTo(String tag, String command) {
        return next();
    }

    @Override
    public CommandExchange exchange() {
        ObservedSmtpReply first = ehlo();
        if (!first.came()) {
            return new CommandExchange(List.of(), false, false, first.ended());
        }
        List<ObservedSmtpReply> rest = quit();
        List<Response> answers = new ArrayList<>(List.of(first));
        rest.stream().filter(ObservedSmtpReply::came).forEach(answers::add);
        return new CommandExchange(
                answers, first.done(), false, rest.get(rest.size() - 1).ended());
    }

    @Override
    public Greeting greeting() {
        ObservedSmtpReply reply = next();
        if (reply instanceof ObservedSmtpReply.Answer answer) {
            return greeting(answer);
        }
        return reply instanceof ObservedSmtpReply.Malformed malformed
                ? new Greeting.Foreign(malformed.line(), malformed.description())
                : new Greeting.Missing(((ObservedSmtpReply.None) reply).instead());
    }

    private static Greeting greeting(ObservedSmtpReply.Answer answer) {
        // RFC 5321 section 3.1: 554, and 421 at any time (section 3.8).
        if (answer.code() >= 400) {
            return new Greeting.Refusal(answer.description());
        }
        if (answer.code() != 220) {
            return new Greeting.NoService(answer.description());
        }
        List<String> flaws = new ArrayList<>(answer.flaws());
        if (answer.lines().get(0).isBlank()) {
            flaws.add("it does not name the server's domain");
        }
        return new Greeting.Ready(answer.description(), flaws);
    }

    @Override
    public Optional<Verdict> greeted() {
        ObservedSmtpReply greeting = next();
        return greeting.code() == 220
                ? Optional.empty()
                : Optional.of(Verdict.inconclusive(
                        greeting.came()
                                ? "the greeting was " + greeting.description() + ", not 220"
                                : "no greeting: " + greeting.description()));
    }

    /** AUTH PLAIN in two steps, so that the line stays short (RFC 4954 section 4, RFC 4616 section 2). */
    @Override
    public Optional<Verdict> logIn(Login login) {
        if (!extensions().mechanisms().contains("PLAIN")) {
            return Optional.of(Verdict.skip("AUTH PLAIN is not offered inside TLS"));
        }
        ObservedSmtpReply asked = say("AUTH PLAIN");
        if (!asked.asks()) {
            return Optional.of(asked.inconclusive("AUTH PLAIN was answered with " + asked.description()));
        }
        ObservedSmtpReply answer = PlainLogin.send(wire(), login, this::next);
        // The server's answer may repeat the password, so the detail does not quote it.
        return answer.code() == 235
                ? Optional.empty()
                : Optional.of(answer.inconclusive("the login as " + login.user() + " failed"));
    }

    /** A server that greets as SMTP does, but knows neither EHLO nor HELO. */
    @Override
    public Optional<String> foreignServer() {
        return lastEhlo.refusal() && say("HELO " + name()).refusal()
                ? Optional.of("greets with 220 but takes neither EHLO nor HELO: " + lastEhlo.description()
                        // RFC 959 section 5.4: FTP asks for a login before anything else.
                        + (say("USER anonymous").code() == 331
                                ? "; it asks for a login as an FTP server does"
                                : "; it may want another name: --ehlo-name NAME"))
                : Optional.empty();
    }

    @Override
    public void leave() {
        wire().send("QUIT");
    }

    @Override
    public List<ObservedSmtpReply> quit() {
        leave();
        return untilEnd(this::next, MAX_REPLIES);
    }
}
