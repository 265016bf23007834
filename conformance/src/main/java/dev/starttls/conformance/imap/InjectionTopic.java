package dev.starttls.conformance.imap;

import dev.starttls.conformance.check.Check;
import dev.starttls.conformance.check.Level;
import dev.starttls.conformance.check.Topic;
import dev.starttls.conformance.target.Protocol;
import java.util.List;

/** CVE-2011-1926, CVE-2021-33515 and their family: plaintext behind STARTTLS. */
final class InjectionTopic implements Topic {
    private static final String WHY = "Someone on the path appends a command to the client's STARTTLS. A server that"
            + " keeps what it read ahead obeys it inside TLS, as if the client had sent it there: an injected LOGIN"
            + " leads the client's mail into another mailbox (CVE-2011-1926;"
            + " https://nostarttls.secvuln.info).";
    private static final String FIX = "Throw away, or refuse, everything that was read behind the STARTTLS line before"
            + " the handshake begins. Cyrus 2.4.7 is the first that does.";

    @Override
    public List<Check> checks() {
        return List.of(
                check(
                        "IMAP-S-11",
                        "NOOP behind STARTTLS in one segment is never answered",
                        Injection.behind("b0 NOOP\r\n")),
                check(
                        "IMAP-S-12a",
                        "CAPABILITY behind STARTTLS is never answered",
                        Injection.behind("b0 CAPABILITY\r\n")),
                check(
                        "IMAP-S-12b",
                        "LOGIN behind STARTTLS is never answered",
                        Injection.behind("b0 LOGIN " + Nobody.ARGUMENTS + "\r\n")),
                check("IMAP-S-12c", "LOGOUT behind STARTTLS is never answered", Injection.behind("b0 LOGOUT\r\n")),
                check(
                        "IMAP-S-12d",
                        "a literal announced behind STARTTLS is never asked for",
                        Injection.behind("b0 LOGIN {5}\r\n")),
                check(
                        "IMAP-S-12e",
                        "LOGIN with a literal behind STARTTLS is never answered",
                        Injection.behind("b0 LOGIN {6+}\r\nnobody nothing\r\n")),
                check(
                        "IMAP-S-12f",
                        "NOOP in a second segment before the OK is never answered",
                        Injection.segmented("s0 STARTTLS\r\n", "b0 NOOP\r\n")),
                check(
                        "IMAP-S-12g",
                        "NOOP behind a STARTTLS that is split over two segments is never answered",
                        Injection.segmented("s0 START", "TLS\r\nb0 NOOP\r\n")),
                check(
                        "IMAP-S-13",
                        "part of a line behind STARTTLS is not joined to the first line inside TLS",
                        Injection.behind("b0 XJOINED ")));
    }

    private static Check check(String id, String title, Injection injection) {
        return Check.of(id, title)
                .clause("RFC 9051 section 6.2.1, CVE-2011-1926")
                .level(Level.SECURITY)
                .why(WHY)
                .fix(FIX)
                .onUpgraded(Protocol.IMAP)
                .run(Stages.OFFERED.then(injection::tryOn));
    }
}
