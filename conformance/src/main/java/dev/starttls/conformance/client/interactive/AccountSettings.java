package dev.starttls.conformance.client.interactive;

import dev.starttls.conformance.client.cases.ClientPolicy;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What a person has to set in the client, in the words that clients with windows use. It shows the password, which has to
 * be typed; it is made for the session, and no report shows it.
 *
 * @param server its name or address
 * @param security whether and how TLS is required
 */
public record AccountSettings(String server, String security, String user, String password) {
    private static final String AUTHENTICATION = "normal password";

    static AccountSettings of(String server, ClientPolicy policy, String user, String password) {
        String security =
                switch (policy) {
                    case REQUIRED -> "STARTTLS, required (not \"if available\")";
                    case OPPORTUNISTIC -> "STARTTLS if the server has it";
                    case IMPLICIT -> "SSL/TLS from the first octet, not STARTTLS";
                };
        return new AccountSettings(server, security, user, password);
    }

    /** Each setting but the port, by its name. */
    public Map<String, String> entries() {
        Map<String, String> entries = new LinkedHashMap<>();
        entries.put("server", server);
        entries.put("security", security);
        entries.put("user name", user);
        entries.put("password", password);
        entries.put("authentication", AUTHENTICATION);
        return entries;
    }

    /** Does not show the password. */
    @Override
    public String toString() {
        return "AccountSettings[server=" + server + ", security=" + security + ", user=" + user + "]";
    }
}
