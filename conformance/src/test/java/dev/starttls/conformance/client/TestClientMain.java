package dev.starttls.conformance.client;

import dev.starttls.conformance.client.server.Evidence;
import dev.starttls.conformance.client.subject.Attempt;
import dev.starttls.conformance.client.subject.Ending;
import dev.starttls.conformance.target.TrustedRoots;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;

/** The SMTP client of the tests as a command: {@code HOST PORT USER PASSWORD CA}. */
public final class TestClientMain {
    private static final Duration LIMIT = Duration.ofSeconds(20);

    private TestClientMain() {}

    public static void main(String[] args) throws IOException {
        Path ca = Path.of(args[4]);
        Attempt attempt = new Attempt(
                "case",
                args[0],
                Integer.parseInt(args[1]),
                Integer.parseInt(args[1]),
                args[2],
                args[3],
                TrustedRoots.in(ca).get(0),
                ca,
                ca,
                LIMIT,
                new Evidence());
        Ending ending = new SmtpTestClient(Set.of(), false).run(attempt);
        System.out.println(ending.words());
        System.exit(ending.kind() == Ending.Kind.SUCCESS ? 0 : 1);
    }
}
