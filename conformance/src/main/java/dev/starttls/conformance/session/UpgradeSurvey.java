package dev.starttls.conformance.session;

import dev.starttls.conformance.check.CheckContext;
import dev.starttls.conformance.check.Survey;
import dev.starttls.conformance.speak.Handshake;
import dev.starttls.conformance.speak.Received;
import dev.starttls.conformance.target.Protocol;
import dev.starttls.conformance.target.Scheme;
import dev.starttls.conformance.target.Target;
import java.io.IOException;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;

/**
 * The session before the checks: finds out whether a server of the protocol, or something else, listens on the port.
 */
public final class UpgradeSurvey {
    /**
     * After this time without a greeting the survey tries whether the port wants TLS first; most servers greet within a
     * second.
     */
    private static final Duration PATIENCE = Duration.ofSeconds(2);

    private final CheckContext subject;
    private final Opening<?> opening;
    private final Target target;
    private final Protocol protocol;
    private final Survey.Stopwatch watch = new Survey.Stopwatch();

    /** A survey of the context's target, over sessions opened by this. */
    public UpgradeSurvey(CheckContext subject, Opening<?> opening) {
        this.subject = subject;
        this.opening = opening;
        this.target = subject.target();
        this.protocol = target.scheme().protocol();
    }

    /**
     * Runs the survey.
     *
     * @throws IOException if no connection could be made
     */
    public Survey make() throws IOException {
        ProtocolSession talk = opening.open(subject);
        watch.phase("CONNECT");
        return target.scheme().implicitTls() ? implicit(talk) : upgraded(talk);
    }

    private Survey implicit(ProtocolSession talk) throws IOException {
        Handshake handshake = talk.handshake();
        watch.phase("HANDSHAKE");
        if (handshake instanceof Handshake.Failed failed) {
            return watch.problem(noTls(failed));
        }
        Greeting greeting = talk.greeting();
        watch.phase("GREETING");
        Optional<String> other = otherProtocol(greeting);
        if (other.isPresent()) {
            return watch.problem(other.get());
        }
        talk.introduced();
        watch.phase("CAPABILITY");
        talk.leave();
        return watch.survey(Optional.of((Handshake.Done) handshake));
    }

    private String noTls(Handshake.Failed failed) throws IOException {
        String told = "no TLS on " + target.url() + ": " + failed.told();
        if (failed.failure() == Handshake.Failure.NOT_TLS
                || failed.failure() == Handshake.Failure.SILENCE
                || failed.failure() == Handshake.Failure.PEER_CLOSED) {
            Greeting greeting = opening.open(subject).greeting();
            if (greeting instanceof Greeting.Ready || noService(greeting)) {
                return told + "; the port greets in plaintext: use "
                        + new Target(Scheme.upgraded(protocol), target.host(), target.port()).url();
            }
        }
        return told;
    }

    private Survey upgraded(ProtocolSession talk) throws IOException {
        if (waitsForTls(talk)) {
            return watch.problem(target.url() + " sends no greeting and speaks TLS from the first byte: use "
                    + new Target(Scheme.implicit(protocol), target.host(), target.port()).url());
        }
        Greeting greeting = talk.greeting();
        watch.phase("GREETING");
        Optional<String> other = otherProtocol(greeting);
        if (other.isPresent()) {
            return watch.problem(other.get());
        }
        if (noService(greeting)) {
            return watch.survey(Optional.empty());
        }
        talk.introduced();
        watch.phase("CAPABILITY");
        Optional<String> stranger = talk.stranger();
        if (stranger.isPresent()) {
            return watch.problem(target.url() + " " + stranger.get());
        }
        if (talk.offered().isPresent()) {
            return watch.survey(Optional.empty());
        }
        boolean refused = talk.goneAhead().isPresent();
        watch.phase("COMMAND");
        if (refused) {
            return watch.survey(Optional.empty());
        }
        Handshake handshake = talk.handshake();
        watch.phase("HANDSHAKE");
        if (!(handshake instanceof Handshake.Done done)) {
            return watch.survey(Optional.empty());
        }
        talk.introduced();
        watch.phase("RECAPABILITY");
        talk.leave();
        return watch.survey(Optional.of(done));
    }

    private static boolean noService(Greeting greeting) {
        return greeting instanceof Greeting.NoService || greeting instanceof Greeting.Busy;
    }

    /** Whether the server is silent because it waits for a ClientHello. */
    private boolean waitsForTls(ProtocolSession talk) throws IOException {
        Duration patience = subject.settings().answer().compareTo(PATIENCE) < 0
                ? subject.settings().answer()
                : PATIENCE;
        return !talk.wire().speaks(patience)
                && opening.open(subject).handshake().done();
    }

    private Optional<String> otherProtocol(Greeting greeting) {
        if (greeting instanceof Greeting.Foreign foreign) {
            return Optional.of(target.url() + " does not speak " + protocol + ": it greets with " + foreign.told()
                    + hint(foreign.line()));
        }
        if (greeting instanceof Greeting.Missing missing) {
            return Optional.of("no greeting from " + target.url() + ": "
                    + missing.told()
                    + (missing.instead() instanceof Received.Ended
                            ? "; the server may refuse this address, or limit its connections"
                            : "; a slow server needs a longer --timeout"));
        }
        return Optional.empty();
    }

    private String hint(String line) {
        String at = target.host() + ":" + target.port();
        boolean tls = target.scheme().implicitTls();
        if (line.startsWith("* ")) {
            return "; that is IMAP: use " + (tls ? "imaps://" : "imap://") + at;
        }
        if (line.startsWith("+OK") || line.startsWith("-ERR")) {
            return "; that is POP3: use " + (tls ? "pop3s://" : "pop3://") + at;
        }
        if (line.matches("[245][0-9][0-9][ -].*")) {
            return "; that is SMTP, or FTP: if it is SMTP, use " + (tls ? "smtps://" : "smtp://") + at;
        }
        return line.toUpperCase(Locale.ROOT).startsWith("SSH-") ? "; that is SSH" : "";
    }
}
