package dev.starttls.conformance.smtp;

import dev.starttls.conformance.check.Check;
import dev.starttls.conformance.check.Level;
import dev.starttls.conformance.check.Topic;
import dev.starttls.conformance.target.Protocol;
import java.util.List;

/** CVE-2011-0411, CVE-2021-38371 and their family: plaintext behind STARTTLS. */
final class InjectionTopic implements Topic {
    private static final String WHY = "Someone on the path appends a command to the client's STARTTLS. A server that"
            + " keeps what it read ahead obeys it inside TLS, as if the client had sent it there: mail and passwords"
            + " can be led elsewhere (CVE-2011-0411, CVE-2021-38371; https://nostarttls.secvuln.info).";
    private static final String CLAUSE = "RFC 3207 section 4.2, CVE-2011-0411";
    private static final String FIX = "Throw away, or refuse, everything that was read behind the STARTTLS line before"
            + " the handshake begins. Postfix: 2.8 and later do. Exim: 4.95 and later do. Dovecot: the submission service"
            + " does from 2.3.15 on (CVE-2021-33515).";

    @Override
    public List<Check> checks() {
        return List.of(
                check(
                        "SMTP-S-10",
                        "NOOP behind STARTTLS in one segment is never obeyed",
                        CLAUSE,
                        Injection.of("STARTTLS\r\nNOOP\r\n")),
                check(
                        "SMTP-S-11a",
                        "EHLO behind STARTTLS is never obeyed",
                        CLAUSE,
                        Injection.of("STARTTLS\r\nEHLO injected.invalid\r\n")),
                check(
                        "SMTP-S-11b",
                        "RSET behind STARTTLS is never obeyed",
                        CLAUSE,
                        Injection.of("STARTTLS\r\nRSET\r\n")),
                check(
                        "SMTP-S-11c",
                        "MAIL behind STARTTLS is never obeyed",
                        CLAUSE,
                        Injection.of("STARTTLS\r\nMAIL FROM:<>\r\n").probedBy("RCPT TO:<postmaster>")),
                check(
                        "SMTP-S-11d",
                        "an unknown verb behind STARTTLS is never answered",
                        CLAUSE,
                        Injection.of("STARTTLS\r\nXINJECTED\r\n")),
                check(
                        "SMTP-S-11e",
                        "NOOP in a second segment before the 220 is never obeyed",
                        CLAUSE,
                        Injection.of("STARTTLS\r\n", "NOOP\r\n")),
                check(
                        "SMTP-S-12",
                        "part of a line behind STARTTLS is not joined to the first line inside TLS",
                        CLAUSE,
                        Injection.of("STARTTLS\r\nXJOINED ")),
                check(
                        "SMTP-S-20b",
                        "STARTTLS ended by a bare LF does not smuggle the line behind it into TLS",
                        "RFC 5321 section 2.3.8",
                        Injection.of("STARTTLS\nNOOP\r\n")));
    }

    private static Check check(String id, String title, String clause, Injection injection) {
        return Check.of(id, title)
                .clause(clause)
                .level(Level.SECURITY)
                .why(WHY)
                .fix(FIX)
                .onUpgraded(Protocol.SMTP)
                .run(Stages.OFFERED.then(injection::tryOn));
    }
}
