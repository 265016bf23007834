package dev.starttls.conformance.client.cases;

import dev.starttls.conformance.client.server.Weight;
import java.util.List;

/**
 * How the client begins inside TLS, as the control run has shown, and good answers to that. A client that begins with
 * something else than the question for the capabilities waits for the answer to that, and so can be misled by it.
 */
final class Opening {
    private static final String NEXT = "{next}";

    private final ClientProfile profile;
    /** Empty if the client asks for the capabilities first, or nothing is known of it. */
    private final List<Control.Exchange> exchanges;

    private Opening(ClientProfile profile, List<Control.Exchange> exchanges) {
        this.profile = profile;
        this.exchanges = exchanges;
    }

    static Opening of(Control control, ClientProfile profile) {
        List<Control.Exchange> all = control.exchanges();
        boolean asks = all.isEmpty() || all.get(0).line().is(profile.discovery());
        return new Opening(profile, asks ? List.of() : all);
    }

    /** The verb of the first command. */
    String verb() {
        return exchanges.isEmpty()
                ? profile.discovery()
                : exchanges.get(0).line().verb();
    }

    /** A good answer to the first command, to be sent before that command; it invites a login where it can. */
    String answer() {
        return exchanges.isEmpty()
                ? lines(profile.inviting())
                : exchanges.get(0).answer();
    }

    /** The same, to be sent after the command. */
    String answerInside() {
        return answer().replace(NEXT, "{tag}");
    }

    /** Good answers to the first command and all others to the end of the login. */
    String answersUpToLogin() {
        return exchanges.isEmpty() ? lines(profile.inviting()) + answersToLogin() : recorded(false);
    }

    /** Good answers to the commands of the login alone. */
    String answersToLogin() {
        return exchanges.isEmpty() ? lines(profile.loggedIn()) : recorded(true);
    }

    private String recorded(boolean ofLoginOnly) {
        StringBuilder text = new StringBuilder();
        boolean begun = false;
        for (Control.Exchange each : exchanges) {
            boolean isOfLogin = each.line().weight() == Weight.CREDENTIAL;
            if (begun && !isOfLogin) {
                break;
            }
            begun = isOfLogin;
            text.append(begun || !ofLoginOnly ? each.answer() : "");
        }
        return text.toString();
    }

    /** A good answer to the first command in two pieces, of which the second says nothing without the first. */
    ClientProfile.Fragment fragment() {
        if (exchanges.isEmpty()) {
            return profile.fragment();
        }
        String answer = answer();
        // Within the word that says what the answer means: +OK, OK after a tag, three digits.
        int cut = answer.startsWith(NEXT) ? NEXT.length() + 2 : 1;
        return new ClientProfile.Fragment(
                answer.substring(0, cut), answer.substring(cut).replace(NEXT, "{tag}"));
    }

    private static String lines(List<String> lines) {
        return String.join("\r\n", lines) + "\r\n";
    }
}
