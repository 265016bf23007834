package dev.starttls.conformance.imap;

import dev.starttls.conformance.check.Check;
import dev.starttls.conformance.check.Topic;
import dev.starttls.conformance.upgrade.Injection;
import java.util.List;

/** Checks of literals after STARTTLS: a server may ask for the rest of them inside TLS. */
final class ImapLiteralInjectionTopic implements Topic {
    private static final ImapProfile PROFILE = new ImapProfile();

    @Override
    public List<Check> checks() {
        return List.of(
                check(
                        "IMAP-S-12d",
                        "a literal announced after STARTTLS is never asked for",
                        Injection.command(PROFILE, "LOGIN {5}")),
                check(
                        "IMAP-S-12e",
                        "LOGIN with a literal after STARTTLS is never answered",
                        Injection.command(PROFILE, "LOGIN {6+}\r\nnobody nothing")));
    }

    private static Check check(String id, String title, Injection injection) {
        return Injection.check(PROFILE, id, title)
                .run(ImapProfile.STAGES.offered().then(injection::tryOn));
    }
}
