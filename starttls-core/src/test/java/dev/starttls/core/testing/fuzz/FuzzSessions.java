package dev.starttls.core.testing.fuzz;

import java.util.Collections;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSession;
import javax.net.ssl.SSLSessionContext;

/** Sessions do not outlive an input: each input has the same effect whatever ran before it, and memory does not grow. */
public final class FuzzSessions {

    private FuzzSessions() {}

    /** Forgets all sessions of these contexts. */
    public static void forget(SSLContext... contexts) {
        for (SSLContext context : contexts) {
            forget(context.getClientSessionContext());
            forget(context.getServerSessionContext());
        }
    }

    private static void forget(SSLSessionContext sessions) {
        for (byte[] id : Collections.list(sessions.getIds())) {
            Optional.ofNullable(sessions.getSession(id)).ifPresent(SSLSession::invalidate);
        }
    }
}
