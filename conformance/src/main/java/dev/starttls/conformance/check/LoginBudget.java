package dev.starttls.conformance.check;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Pattern;

/**
 * How many logins the checks of one target may try: some servers lock a client out, or delay it for minutes, after too
 * many that failed. Safe for use by several threads.
 */
public final class LoginBudget {
    /** The most of one run against one target. */
    public static final int MAX = 40;

    /** A command or a response with credentials, as it is sent or as the transcript shows it. */
    private static final Pattern LOGIN = Pattern.compile(
            "(?im)\\b(AUTH|AUTHENTICATE) \\S+ \\S|\\bLOGIN [^ (]+ \\S|\\bLOGIN \\{|\\b(PASS|APOP) \\S|\\(user and password\\)"
                    + "|^[A-Z0-9+/]{16,}={0,2}$");

    private final AtomicInteger tried = new AtomicInteger();

    /** Whether this may be sent: it has no login, or one that was still free and is used up now. */
    boolean permits(String text) {
        return !LOGIN.matcher(text).find() || tried.incrementAndGet() <= MAX;
    }
}
