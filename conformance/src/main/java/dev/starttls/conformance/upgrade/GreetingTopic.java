package dev.starttls.conformance.upgrade;

import dev.starttls.conformance.check.Check;
import dev.starttls.conformance.check.CheckContext;
import dev.starttls.conformance.check.Level;
import dev.starttls.conformance.check.Verdict;
import dev.starttls.conformance.session.Greeting;
import dev.starttls.conformance.session.ProtocolSession;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/** Checks of the greeting, in plaintext or inside implicit TLS. */
final class GreetingTopic extends UpgradeTopic {
    GreetingTopic(UpgradeProfile profile) {
        super(profile);
    }

    @Override
    public List<Check> checks() {
        return List.of(
                check("UP-S-01", "the greeting is well formed", Level.MUST, Rule.GREETING)
                        .why("A client decides by the greeting alone whether it talks to a mail server. A greeting that"
                                + " it cannot read ends the session before TLS can begin; one with wrong line ends"
                                + " forces clients to accept wrong line ends, which makes injection possible.")
                        .on(profile().protocol())
                        .run(this::wellFormed),
                check(
                                "UP-S-23a",
                                "on an implicit-TLS port the greeting comes inside TLS and nothing before it",
                                Level.MUST,
                                Rule.IMPLICIT_TLS)
                        .why("On an implicit-TLS port the first octet is TLS; a plaintext greeting there means another"
                                + " service or a misconfigured server.")
                        .onImplicit(profile().protocol())
                        .run(this::insideTls));
    }

    private Verdict wellFormed(CheckContext context) throws IOException {
        ProtocolSession session = stages().open(context);
        Optional<Verdict> obstacle =
                context.target().scheme().implicitTls() ? session.secured() : Optional.<Verdict>empty();
        return obstacle.orElseGet(() -> {
            Greeting greeting = session.greeting();
            return greeting instanceof Greeting.Ready ready && !ready.flaws().isEmpty()
                    ? Verdict.fail("the greeting is not well formed: " + String.join(", ", ready.flaws()))
                    : judged(greeting, "");
        });
    }

    private Verdict insideTls(CheckContext context) throws IOException {
        ProtocolSession session = stages().open(context);
        return session.securedAtOnce(context.quiet()).orElseGet(() -> judged(session.greeting(), " inside TLS"));
    }

    private static Verdict judged(Greeting greeting, String where) {
        if (greeting instanceof Greeting.Refusal) {
            return Verdict.inconclusive("the server turns this client away: " + greeting.description());
        }
        if (greeting instanceof Greeting.Missing) {
            return Verdict.inconclusive("no greeting came" + where + ": " + greeting.description());
        }
        return greeting instanceof Greeting.Ready
                ? Verdict.pass(greeting.description())
                : Verdict.fail("expected a greeting" + where + " that offers service, got " + greeting.description());
    }
}
