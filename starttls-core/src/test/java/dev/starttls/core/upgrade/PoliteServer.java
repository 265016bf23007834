package dev.starttls.core.upgrade;

import dev.starttls.core.testing.LineProtocolServer;
import java.util.ArrayList;
import java.util.List;

/**
 * The server of the made-up protocol that says why it closes, writes down what it hears of its session, and throws where it
 * is asked to.
 */
final class PoliteServer implements Dialogue {

    private final LineProtocolServer server = new LineProtocolServer();
    private final List<ConnectionInfo> known = new ArrayList<>();
    private final List<SessionEnd> ends = new ArrayList<>();
    private Throwable thrownByBoom = new IllegalArgumentException("boom");
    private Throwable thrownAtTheEnd;
    private Throwable thrownByLastLines;
    private boolean earlyHello;

    PoliteServer throwing(Throwable what) {
        thrownByBoom = what;
        return this;
    }

    PoliteServer throwingAtTheEnd(Throwable what) {
        thrownAtTheEnd = what;
        return this;
    }

    PoliteServer throwingLastLines(Throwable what) {
        thrownByLastLines = what;
        return this;
    }

    PoliteServer takingEarlyHellos() {
        earlyHello = true;
        return this;
    }

    /** What the connection said of itself. */
    List<ConnectionInfo> known() {
        return known;
    }

    List<SessionEnd> ends() {
        return ends;
    }

    SessionEnd end() {
        if (ends.size() != 1) {
            throw new AssertionError("Expected one end, got " + ends);
        }
        return ends.get(0);
    }

    List<String> executed() {
        return server.executed();
    }

    @Override
    public String protocol() {
        return server.protocol();
    }

    @Override
    public Role role() {
        return Role.SERVER;
    }

    @Override
    public List<String> capabilities() {
        return server.capabilities();
    }

    @Override
    public void connected(ConnectionInfo info) {
        known.add(info);
    }

    @Override
    public Step opened() {
        return server.opened();
    }

    @Override
    public Step secured() {
        return server.secured();
    }

    @Override
    public Step received(String line) {
        if (line.equals("BOOM")) {
            throwIt(thrownByBoom);
        }
        return server.received(line);
    }

    @Override
    public Output unavailable() {
        return Output.line("NO engine");
    }

    @Override
    public boolean takesEarlyHello() {
        return earlyHello;
    }

    @Override
    public Output lastLines(ClosingReason why) {
        if (thrownByLastLines != null) {
            throwIt(thrownByLastLines);
        }
        return Output.lines(List.of("LAST", "LINE " + why));
    }

    @Override
    public void ended(SessionEnd end) {
        ends.add(end);
        if (thrownAtTheEnd != null) {
            throwIt(thrownAtTheEnd);
        }
    }

    private static void throwIt(Throwable what) {
        if (what instanceof Error error) {
            throw error;
        }
        throw (RuntimeException) what;
    }
}
