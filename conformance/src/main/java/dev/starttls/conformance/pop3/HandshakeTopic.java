package dev.starttls.conformance.pop3;

import dev.starttls.conformance.check.Check;
import dev.starttls.conformance.check.Level;
import dev.starttls.conformance.check.Topic;
import dev.starttls.conformance.session.BrokenHandshake;
import dev.starttls.conformance.target.Protocol;
import java.util.List;

/** RFC 2595 section 4: after the go-ahead something else comes than a handshake that succeeds. */
final class HandshakeTopic implements Topic {
    private static final String WHY =
            "After its +OK a server is past plaintext. One that goes on taking commands in the"
                    + " clear lets someone on the path break the handshake and carry on in the client's place, or lets a client"
                    + " that missed the failure send its password unprotected.";
    private static final String FIX = "When the handshake fails, close the connection.";
    private static final BrokenHandshake<Pop3Talk> BROKEN =
            new BrokenHandshake<>(Stages.GONE_AHEAD, Stages.INTRODUCED_INSIDE, "+OK", line -> line.startsWith("+OK"));

    @Override
    public List<Check> checks() {
        return List.of(
                check("POP3-S-15a", "garbage instead of a ClientHello ends the connection", Level.SECURITY)
                        .run(BROKEN.instead("GARBAGE IN PLACE OF A CLIENTHELLO\r\nCAPA\r\nUSER nobody\r\n")),
                check("POP3-S-15b", "CAPA in plaintext after the +OK is not obeyed", Level.SECURITY)
                        .run(BROKEN.instead("CAPA\r\n")),
                check("POP3-S-22", "after an aborted handshake the next connection works", Level.MUST)
                        .run(BROKEN.nextConnection()));
    }

    private static Check.Draft check(String id, String title, Level level) {
        return Check.of(id, title)
                .clause("RFC 2595 section 4")
                .level(level)
                .why(WHY)
                .fix(FIX)
                .onUpgraded(Protocol.POP3);
    }
}
