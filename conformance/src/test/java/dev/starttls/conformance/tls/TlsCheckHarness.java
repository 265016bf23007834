package dev.starttls.conformance.tls;

import static org.mockito.ArgumentMatchers.any;
import static org.mockito.ArgumentMatchers.anyString;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.when;

import dev.starttls.conformance.check.Catalogue;
import dev.starttls.conformance.check.CheckContext;
import dev.starttls.conformance.check.Dialect;
import dev.starttls.conformance.check.Verdict;
import dev.starttls.conformance.target.Protocol;
import dev.starttls.conformance.target.Scheme;
import dev.starttls.conformance.target.Target;
import dev.starttls.conformance.target.TargetSettings;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** Runs one check against a server of a test. */
final class TlsCheckHarness {

    private static final Duration PATIENT = Duration.ofSeconds(20);
    private static final Duration IMPATIENT = Duration.ofSeconds(5);

    private TlsCheckHarness() {}

    /** A server that is expected to answer always. */
    static Verdict judge(String id, int port) {
        return judge(id, port, settings(PATIENT));
    }

    /** A server that is expected to fall silent. */
    static Verdict judgeImpatiently(String id, int port) {
        return judge(id, port, settings(IMPATIENT));
    }

    static Verdict judge(String id, int port, TargetSettings settings) {
        try (CheckContext context = new CheckContext(new Target(Scheme.SMTPS, "127.0.0.1", port), settings, smtp())) {
            return run(id, context);
        }
    }

    /** A server that begins with TLS at once but has no greeting inside, and echoes lines reversed. */
    static Verdict judgeEcho(String id, int port) {
        return judgeEcho(id, port, settings(PATIENT));
    }

    /** The same with a server that is expected to fall silent. */
    static Verdict judgeEchoImpatiently(String id, int port) {
        return judgeEcho(id, port, settings(IMPATIENT));
    }

    private static Verdict judgeEcho(String id, int port, TargetSettings settings) {
        try (CheckContext context = echo(port, settings)) {
            return run(id, context);
        }
    }

    /** A server that begins with TLS at once but has no greeting inside, and echoes lines reversed. */
    static CheckContext echo(int port) {
        return echo(port, settings(PATIENT));
    }

    private static CheckContext echo(int port, TargetSettings settings) {
        Dialect dialect = smtp();
        when(dialect.talkToGoAhead(any())).thenReturn(Optional.empty());
        when(dialect.answersHarmlessCommand(anyString()))
                .thenAnswer(call -> call.<String>getArgument(0).endsWith("POON"));
        return new CheckContext(new Target(Scheme.SMTP, "127.0.0.1", port), settings, dialect);
    }

    static Verdict run(String id, CheckContext context) {
        return Catalogue.of(TlsTopics.all())
                .find(id, Protocol.SMTP)
                .orElseThrow()
                .judge(context);
    }

    static TargetSettings settings(Duration answer) {
        return trusting(GoodServer.ROOT.certificate()).withAnswer(answer);
    }

    static TargetSettings trusting(X509Certificate root) {
        return TargetSettings.standard()
                .withTrust(List.of(root))
                .withServerName("mail.example.org")
                .withAnswer(PATIENT);
    }

    static Dialect smtp() {
        Dialect dialect = mock(Dialect.class);
        when(dialect.protocol()).thenReturn(Protocol.SMTP);
        when(dialect.harmlessCommand()).thenReturn("NOOP\r\n");
        when(dialect.longestHarmlessCommand()).thenReturn("NOOP " + "x".repeat(505) + "\r\n");
        when(dialect.answersHarmlessCommand(anyString()))
                .thenAnswer(call -> call.<String>getArgument(0).startsWith("250 "));
        when(dialect.endsGreeting(anyString()))
                .thenAnswer(call -> call.<String>getArgument(0).startsWith("220 "));
        return dialect;
    }
}
