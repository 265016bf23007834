package dev.starttls.conformance.smtp;

import dev.starttls.conformance.check.Subject;
import dev.starttls.conformance.check.Survey;
import dev.starttls.conformance.speak.Handshake;
import dev.starttls.conformance.speak.Received;
import dev.starttls.conformance.target.Scheme;
import dev.starttls.conformance.target.Target;
import java.io.IOException;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;

/** The session before the checks: tells an SMTP server from everything else that may listen on the port. */
final class SmtpSurvey {
    /** After so long without a greeting it is worth asking whether the port wants TLS first. */
    private static final Duration PATIENCE = Duration.ofSeconds(2);

    private final Subject subject;
    private final Target target;
    private final Survey.Stopwatch watch = new Survey.Stopwatch();

    SmtpSurvey(Subject subject) {
        this.subject = subject;
        this.target = subject.target();
    }

    Survey make() throws IOException {
        Talk talk = Talk.with(subject);
        watch.phase("CONNECT");
        return target.scheme().implicitTls() ? implicit(talk) : upgraded(talk);
    }

    private Survey implicit(Talk talk) throws IOException {
        Handshake handshake = talk.handshake();
        watch.phase("HANDSHAKE");
        if (handshake instanceof Handshake.Failed failed) {
            return watch.problem(noTls(failed));
        }
        Reply greeting = talk.reply();
        watch.phase("GREETING");
        Optional<String> other = otherProtocol(greeting);
        if (other.isPresent()) {
            return watch.problem(other.get());
        }
        talk.ehlo();
        watch.phase("CAPABILITY");
        talk.wire().send("QUIT");
        return watch.survey(Optional.of((Handshake.Done) handshake));
    }

    private String noTls(Handshake.Failed failed) throws IOException {
        String told = "no TLS on " + target.url() + ": " + failed.told();
        if (failed.failure() == Handshake.Failure.NOT_TLS
                || failed.failure() == Handshake.Failure.SILENCE
                || failed.failure() == Handshake.Failure.PEER_CLOSED) {
            Talk plain = Talk.with(subject);
            Reply greeting = plain.reply();
            if (greeting.code() != 0) {
                return told + "; the port greets in plaintext: use "
                        + inPlaintext().url();
            }
        }
        return told;
    }

    private Survey upgraded(Talk talk) throws IOException {
        if (waitsForTls(talk)) {
            return watch.problem(target.url() + " sends no greeting and speaks TLS from the first byte: use "
                    + new Target(Scheme.SMTPS, target.host(), target.port()).url());
        }
        Reply greeting = talk.reply();
        watch.phase("GREETING");
        Optional<String> other = otherProtocol(greeting);
        if (other.isPresent()) {
            return watch.problem(other.get());
        }
        if (greeting.code() != 220) {
            // It is SMTP and gives no service: a matter for the check of the greeting.
            return watch.survey(Optional.empty());
        }
        Reply ehlo = talk.ehlo();
        watch.phase("CAPABILITY");
        if (ehlo.refusal() && talk.say("HELO " + talk.addressLiteral()).refusal()) {
            return watch.problem(target.url() + " greets with 220 but takes neither EHLO nor HELO (" + ehlo.told()
                    + "): is it an FTP server?");
        }
        if (!talk.extensions().has("STARTTLS")) {
            return watch.survey(Optional.empty());
        }
        Reply goAhead = talk.say("STARTTLS");
        watch.phase("COMMAND");
        if (goAhead.code() != 220) {
            return watch.survey(Optional.empty());
        }
        Handshake handshake = talk.handshake();
        watch.phase("HANDSHAKE");
        if (!(handshake instanceof Handshake.Done done)) {
            return watch.survey(Optional.empty());
        }
        talk.ehlo();
        watch.phase("RECAPABILITY");
        talk.wire().send("QUIT");
        return watch.survey(Optional.of(done));
    }

    /** Whether the server is silent because a ClientHello is what it waits for. */
    private boolean waitsForTls(Talk talk) throws IOException {
        Duration patience = subject.settings().answer().compareTo(PATIENCE) < 0
                ? subject.settings().answer()
                : PATIENCE;
        return !talk.wire().speaks(patience) && Talk.with(subject).handshake().done();
    }

    private Optional<String> otherProtocol(Reply greeting) {
        if (greeting instanceof Reply.Answer) {
            return Optional.empty();
        }
        if (greeting instanceof Reply.Malformed malformed) {
            return Optional.of(
                    target.url() + " does not speak SMTP: it greets with " + malformed.told() + hint(malformed.line()));
        }
        Received instead = ((Reply.None) greeting).instead();
        return Optional.of("no greeting from " + target.url() + ": " + instead.told()
                + (instead instanceof Received.Ended
                        ? "; the server may refuse this address, or limit its connections"
                        : "; a slow server needs a longer --timeout"));
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
        return line.toUpperCase(Locale.ROOT).startsWith("SSH-") ? "; that is SSH" : "";
    }

    private Target inPlaintext() {
        return new Target(Scheme.SMTP, target.host(), target.port());
    }
}
