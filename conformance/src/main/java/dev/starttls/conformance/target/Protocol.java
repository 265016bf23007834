package dev.starttls.conformance.target;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/** An application protocol that STARTTLS upgrades. */
public enum Protocol {
    SMTP("[245][0-9][0-9][ -].*"),
    IMAP("\\* .*"),
    POP3("(\\+OK|-ERR).*");

    private final Pattern greeting;

    Protocol(String greeting) {
        this.greeting = Pattern.compile(greeting, Pattern.DOTALL);
    }

    /** The protocol whose greetings begin as this line does; empty if there is none. */
    public static Optional<Protocol> greeting(String line) {
        return Arrays.stream(values())
                .filter(protocol -> protocol.greeting.matcher(line).matches())
                .findFirst();
    }

    /** The name as reports write it: lower case. */
    public String key() {
        return name().toLowerCase(Locale.ROOT);
    }
}
