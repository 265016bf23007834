package dev.starttls.conformance.session;

import dev.starttls.conformance.check.CheckContext;
import dev.starttls.conformance.check.Survey;
import dev.starttls.conformance.check.Verdict;
import dev.starttls.conformance.connection.HandshakeResult;
import dev.starttls.conformance.connection.Received;
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
    private static final Duration GREETING_WAIT = Duration.ofSeconds(2);

    /** How long an answer to a ClientHello is waited for while the server may still greet on the first connection. */
    private static final Duration HELLO_WAIT = Duration.ofSeconds(5);

    private final CheckContext context;
    private final SessionOpener<?> opening;
    private final Target target;
    private final Protocol protocol;
    private final Survey.Stopwatch watch = new Survey.Stopwatch();

    /** A survey of the context's target, over sessions opened by this. */
    public UpgradeSurvey(CheckContext context, SessionOpener<?> opening) {
        this.context = context;
        this.opening = opening;
        this.target = context.target();
        this.protocol = target.scheme().protocol();
    }

    /**
     * Runs the survey.
     *
     * @throws IOException if no connection could be made
     */
    public Survey make() throws IOException {
        ProtocolSession session = opening.open(context);
        watch.phase("CONNECT");
        return target.scheme().implicitTls() ? implicit(session) : upgraded(session);
    }

    private Survey implicit(ProtocolSession session) throws IOException {
        HandshakeResult handshake = session.handshake();
        watch.phase("HANDSHAKE");
        if (handshake instanceof HandshakeResult.Failed failed) {
            return watch.problem(
                    session.wire().certificateRequested() ? wantsCertificate(failed.description()) : noTls(failed));
        }
        Greeting greeting = session.greeting();
        watch.phase(Survey.GREETING);
        if (greeting instanceof Greeting.Missing missing && session.wire().certificateRequested()) {
            return watch.problem(wantsCertificate("no greeting: " + missing.description()));
        }
        Optional<String> other = otherProtocol(greeting);
        if (other.isPresent()) {
            return watch.problem(other.get());
        }
        session.introduced();
        watch.phase("CAPABILITY");
        session.leave();
        return watch.survey(Optional.of((HandshakeResult.Done) handshake));
    }

    private String noTls(HandshakeResult.Failed failed) {
        String detail = "no TLS on " + target.url() + ": " + failed.description();
        if (failed.failure() == HandshakeResult.Failure.NOT_TLS
                || failed.failure() == HandshakeResult.Failure.SILENCE
                || failed.failure() == HandshakeResult.Failure.PEER_CLOSED) {
            ProtocolSession plain;
            try {
                plain = opening.open(context);
            } catch (IOException e) {
                return detail;
            }
            if (!plain.wire().speaks(context.settings().answer())) {
                return detail;
            }
            Greeting greeting = plain.greeting();
            if (greeting instanceof Greeting.Ready || noService(greeting)) {
                return detail + "; the port greets in plaintext: use " + url(Scheme.upgraded(protocol));
            }
        }
        return detail;
    }

    private Survey upgraded(ProtocolSession session) throws IOException {
        boolean silent = !session.wire().speaks(shorter(GREETING_WAIT));
        if (silent && takesClientHello(session, shorter(HELLO_WAIT))) {
            return watch.problem(speaksTlsAtOnce());
        }
        Greeting greeting = session.greeting();
        if (silent && greeting instanceof Greeting.Missing) {
            // A server that takes one connection at a time has not looked at the second.
            context.close();
            if (takesClientHello(session, context.settings().answer())) {
                return watch.problem(speaksTlsAtOnce());
            }
        }
        watch.phase(Survey.GREETING);
        Optional<String> other = otherProtocol(greeting);
        if (other.isPresent()) {
            return watch.problem(other.get());
        }
        if (noService(greeting)) {
            return watch.survey(Optional.empty());
        }
        session.introduced();
        watch.phase("CAPABILITY");
        Optional<String> foreign = session.foreignServer();
        if (foreign.isPresent()) {
            return watch.problem(target.url() + " " + foreign.get());
        }
        if (session.offered().isPresent()) {
            return watch.survey(Optional.empty());
        }
        boolean refused = session.goneAhead().isPresent();
        watch.phase("COMMAND");
        if (refused) {
            return watch.survey(Optional.empty());
        }
        HandshakeResult handshake = session.handshake();
        watch.phase("HANDSHAKE");
        if (!(handshake instanceof HandshakeResult.Done done)) {
            return session.wire().certificateRequested()
                    ? watch.problem(wantsCertificate(handshake.description()))
                    : watch.survey(Optional.empty());
        }
        Optional<Verdict> obstacle = session.introduced();
        watch.phase("RECAPABILITY");
        if (obstacle.isPresent() && session.wire().certificateRequested()) {
            return watch.problem(wantsCertificate(obstacle.get().detail()));
        }
        session.leave();
        return watch.survey(Optional.of(done));
    }

    /**
     * A server may refuse clients without a certificate that it accepts: in TLS 1.2 in the handshake, in TLS 1.3 only
     * afterwards (RFC 8446 section 4.4.2.4).
     */
    private String wantsCertificate(String detail) {
        return target.url()
                + (context.settings().clientIdentity().isPresent()
                        ? " does not accept the client certificate of --client-certificate (" + detail + ")"
                        : " wants a client certificate and does not go on without one (" + detail
                                + "): give one with --client-certificate PEM --client-key PEM");
    }

    private static boolean noService(Greeting greeting) {
        return greeting instanceof Greeting.NoService || greeting instanceof Greeting.Refusal;
    }

    /**
     * Whether the server is silent because it waits for a ClientHello: another connection begins with one.
     *
     * @param session where that is noted; if it is open, the server may still greet there
     */
    private boolean takesClientHello(ProtocolSession session, Duration limit) {
        CheckContext beside = context.beside(target, context.settings().withAnswer(limit));
        try {
            HandshakeResult handshake = opening.open(beside).handshake();
            session.wire().note("no greeting; another connection began with a ClientHello: " + handshake.description());
            return handshake.done();
        } catch (IOException e) {
            // Perhaps it takes no other connection meanwhile.
            session.wire().note("no greeting, and no other connection: " + e.getMessage());
            return false;
        } finally {
            beside.close();
        }
    }

    /** This, or the time for an answer if that is shorter. */
    private Duration shorter(Duration most) {
        Duration answer = context.settings().answer();
        return answer.compareTo(most) < 0 ? answer : most;
    }

    private String speaksTlsAtOnce() {
        return target.url() + " sends no greeting and speaks TLS from the first octet"
                + Scheme.implicit(protocol)
                        .map(scheme -> ": use " + url(scheme))
                        .orElse("");
    }

    private Optional<String> otherProtocol(Greeting greeting) {
        if (greeting instanceof Greeting.Refusal) {
            return Optional.of(target.url() + " turns this client away: " + greeting.description());
        }
        if (greeting instanceof Greeting.Foreign foreign) {
            return Optional.of(target.url() + " does not speak " + protocol + ": it greets with "
                    + foreign.description() + hint(foreign.line()));
        }
        if (greeting instanceof Greeting.Missing missing) {
            return Optional.of("no greeting from " + target.url() + ": "
                    + missing.description()
                    + (missing.instead() instanceof Received.Ended
                            ? "; the server may refuse this address, or limit its connections"
                            : ""));
        }
        return Optional.empty();
    }

    /** Names the protocol that the line seems to be of, with the URL to check it if there is a scheme for it. */
    private String hint(String line) {
        if (line.toUpperCase(Locale.ROOT).startsWith("SSH-")) {
            return "; that is SSH";
        }
        return Protocol.greeting(line)
                .map(other -> "; that is " + other
                        + other.lookalike().map(like -> ", or " + like).orElse("")
                        + sameTls(other)
                                .map(scheme -> ": "
                                        + (other.lookalike().isPresent() ? "if it is " + other + ", " : "")
                                        + "use " + url(scheme))
                                .orElse(""))
                .orElse("");
    }

    /** The scheme of another protocol in which TLS begins when it does in the target's. */
    private Optional<Scheme> sameTls(Protocol other) {
        return target.scheme().implicitTls() ? Scheme.implicit(other) : Optional.of(Scheme.upgraded(other));
    }

    private String url(Scheme scheme) {
        return target.by(scheme, target.port()).url();
    }
}
