package dev.starttls.conformance.client.imap;

import dev.starttls.conformance.client.cases.Trial;
import dev.starttls.conformance.client.server.ReceivedLine;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;

/** The extensions and mechanisms that a client used inside TLS. */
final class UsedExtensions {
    private static final Set<String> COMMANDS = Set.of("IDLE", "COMPRESS", "ENABLE", "ID", "NAMESPACE", "UNSELECT");

    private UsedExtensions() {}

    static Set<String> of(Trial trial) {
        Set<String> used = new TreeSet<>();
        for (ReceivedLine line : trial.inside()) {
            if (line.text().matches("(?s).*\\{[0-9]+\\+}")) {
                used.add("LITERAL+");
            }
            if (COMMANDS.contains(line.verb())) {
                used.add(line.verb());
            }
            if (line.is("AUTHENTICATE")) {
                String[] words = line.argument().trim().split(" +", -1);
                used.add("AUTH=" + words[0].toUpperCase(Locale.ROOT));
                if (words.length > 1) {
                    used.add("SASL-IR");
                }
            }
        }
        return used;
    }
}
