package dev.starttls.conformance.target;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/** An application protocol that STARTTLS upgrades. */
public enum Protocol {
    SMTP("[245][0-9][0-9][ -].*", Optional.of("FTP")),
    IMAP("\\* .*", Optional.empty()),
    POP3("(\\+OK|-ERR).*", Optional.empty());

    private final Pattern greeting;
    private final Optional<String> lookalike;

    Protocol(String greeting, Optional<String> lookalike) {
        this.greeting = Pattern.compile(greeting, Pattern.DOTALL);
        this.lookalike = lookalike;
    }

    /** The protocol whose greetings begin as this line does; empty if there is none. */
    public static Optional<Protocol> greeting(String line) {
        return Arrays.stream(values())
                .filter(protocol -> protocol.greeting.matcher(line).matches())
                .findFirst();
    }

    /** A protocol that the suite does not check, whose greetings begin in the same way; empty if there is none in use. */
    public Optional<String> lookalike() {
        return lookalike;
    }

    /** The name as reports write it: lower case. */
    public String key() {
        return name().toLowerCase(Locale.ROOT);
    }
}
