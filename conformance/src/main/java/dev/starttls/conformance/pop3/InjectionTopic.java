package dev.starttls.conformance.pop3;

import dev.starttls.conformance.check.Check;
import dev.starttls.conformance.check.CheckBody;
import dev.starttls.conformance.check.Level;
import dev.starttls.conformance.check.Subject;
import dev.starttls.conformance.check.Topic;
import dev.starttls.conformance.check.Verdict;
import dev.starttls.conformance.target.Protocol;
import java.io.IOException;
import java.util.List;

/** CVE-2011-0411 and its family, CVE-2011-1926 among them: plaintext behind STLS. */
final class InjectionTopic implements Topic {
    private static final String WHY = "Someone on the path appends a command to the client's STLS. A server that keeps"
            + " what it read ahead obeys it inside TLS, as if the client had sent it there: mail and passwords can be"
            + " led elsewhere (CVE-2011-0411, CVE-2011-1926; https://nostarttls.secvuln.info).";
    private static final String FIX = "Throw away, or refuse, everything that was read behind the STLS line before the"
            + " handshake begins. Cyrus 2.4.7 is the first that does.";

    @Override
    public List<Check> checks() {
        return List.of(
                check("POP3-S-11", "CAPA behind STLS in one segment is never obeyed", "STLS\r\nCAPA\r\n"),
                check("POP3-S-12a", "NOOP behind STLS is never answered", "STLS\r\nNOOP\r\n"),
                check("POP3-S-12b", "QUIT behind STLS is never obeyed", "STLS\r\nQUIT\r\n"),
                check("POP3-S-12c", "USER behind STLS is never answered", "STLS\r\nUSER " + Nobody.USER + "\r\n"),
                check("POP3-S-12d", "a user named behind STLS is nobody inside TLS", InjectionTopic::user),
                check("POP3-S-12e", "CAPA in a second segment before the +OK is never obeyed", "STLS\r\n", "CAPA\r\n"),
                check(
                        "POP3-S-13",
                        "part of a line behind STLS is not joined to the first line inside TLS",
                        "STLS\r\nXJOINED "));
    }

    private static Check check(String id, String title, String... segments) {
        return check(id, title, Stages.OFFERED.then(Injection.of(segments)::tryOn));
    }

    private static Check check(String id, String title, CheckBody body) {
        return Check.of(id, title)
                .clause("RFC 2595 section 4, CVE-2011-1926")
                .level(Level.SECURITY)
                .why(WHY)
                .fix(FIX)
                .onUpgraded(Protocol.POP3)
                .run(body);
    }

    /** USER may be obeyed without an answer that could be counted. */
    private static Verdict user(Subject subject) throws IOException {
        NamedBefore named = NamedBefore.by(subject);
        Injection injection = Injection.of("STLS\r\nUSER " + named.user() + "\r\n")
                .judgedBy((talk, same, handshake) -> named.judge(talk, handshake, "the USER sent behind STLS"));
        return Stages.OFFERED.then(injection::tryOn).run(subject);
    }
}
