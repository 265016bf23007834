package dev.starttls.conformance.imap;

import dev.starttls.conformance.check.Check;
import dev.starttls.conformance.check.Level;
import dev.starttls.conformance.check.Topic;
import dev.starttls.conformance.session.BrokenHandshake;
import dev.starttls.conformance.target.Protocol;
import java.util.List;

/** RFC 9051 section 6.2.1: after the go-ahead something else comes than a handshake that succeeds. */
final class HandshakeTopic implements Topic {
    private static final String WHY = "After its OK a server is past plaintext. One that goes on taking commands in the"
            + " clear lets someone on the path break the handshake and carry on in the client's place, or lets a client"
            + " that missed the failure send its password unprotected.";
    private static final String FIX = "When the handshake fails, close the connection. Cyrus 3.6 goes on in"
            + " plaintext and has no setting for it.";
    private static final BrokenHandshake<ImapTalk> BROKEN =
            new BrokenHandshake<>(Stages.GONE_AHEAD, Stages.INTRODUCED_INSIDE, "OK", HandshakeTopic::obeyed);

    @Override
    public List<Check> checks() {
        return List.of(
                check("IMAP-S-17a", "garbage instead of a ClientHello ends the connection", Level.SECURITY)
                        .run(BROKEN.instead(
                                "GARBAGE IN PLACE OF A CLIENTHELLO\r\ng1 CAPABILITY\r\ng2 LOGIN nobody nothing\r\n")),
                check("IMAP-S-17b", "NOOP in plaintext after the OK is not obeyed", Level.SECURITY)
                        .run(BROKEN.instead("g1 NOOP\r\n")),
                check("IMAP-S-25", "after an aborted handshake the next connection works", Level.MUST)
                        .run(BROKEN.nextConnection()));
    }

    private static boolean obeyed(String line) {
        return line.matches("(?i)g[12] (OK|NO)( .*)?|\\* CAPABILITY .*");
    }

    private static Check.Draft check(String id, String title, Level level) {
        return Check.of(id, title)
                .clause("RFC 9051 section 6.2.1")
                .level(level)
                .why(WHY)
                .fix(FIX)
                .onUpgraded(Protocol.IMAP);
    }
}
