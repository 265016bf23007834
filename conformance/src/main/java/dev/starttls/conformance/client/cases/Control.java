package dev.starttls.conformance.client.cases;

import dev.starttls.conformance.client.server.Evidence;
import dev.starttls.conformance.client.server.ReceivedLine;
import dev.starttls.conformance.client.server.Weight;
import dev.starttls.conformance.connection.Transcript.Through;
import dev.starttls.conformance.tls.wire.ClientHello;
import dev.starttls.conformance.tls.wire.Extension;
import dev.starttls.conformance.tls.wire.ProtocolVersion;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What the run against a well-behaved server shows of the client: what it does there, no case can be surprised by.
 *
 * @param host the name or address that the client is given, which the certificate is for
 */
public record Control(ClientPolicy policy, String host, Trial trial) {
    private static final Set<String> TRANSFERS =
            Set.of(ReceivedLine.END_OF_CONTENT, "BDAT", "RETR", "TOP", "FETCH", "UID FETCH");

    /** What a case needs the client to do, for its verdict to say something. */
    public enum Need {
        HELLO("began a handshake"),
        /** One that only finishes the handshake may yet refuse the certificate. */
        TLS("finished a handshake and sent a command inside TLS"),
        DISCOVERY("asked for the capabilities inside TLS"),
        LOGIN("logged in inside TLS"),
        TRANSFER("sent or fetched a message inside TLS"),
        SUCCESS("succeeded");

        private final String words;

        Need(String words) {
            this.words = words;
        }
    }

    /** Why a case cannot say anything of this client; empty if it can. */
    public Optional<String> lacks(Need need) {
        boolean done =
                switch (need) {
                    case HELLO -> hello().isPresent();
                    case TLS -> !trial.inside().isEmpty();
                    case DISCOVERY ->
                        trial.sentInside(
                                line -> Set.of("EHLO", "CAPABILITY", "CAPA").contains(line.verb()));
                    case LOGIN -> trial.sentInside(line -> line.weight() == Weight.CREDENTIAL);
                    case TRANSFER -> trial.sentInside(line -> TRANSFERS.contains(line.verb()));
                    case SUCCESS -> trial.succeeded();
                };
        if (need == Need.SUCCESS && trial.unreported().isPresent()) {
            return trial.unreported();
        }
        return done ? Optional.empty() : Optional.of("with a well-behaved server the client never " + need.words);
    }

    /** The verbs that the client sends inside TLS, in their order. */
    public List<String> verbs() {
        return trial.inside().stream().map(ReceivedLine::verb).toList();
    }

    /**
     * A line of the client inside TLS, and what a well-behaved server answered.
     *
     * @param answer where it has the tag of the n-th command, <code>{next}</code> or <code>{nextN}</code> stands for it
     */
    public record Exchange(ReceivedLine line, String answer) {}

    /** The lines that the client sent inside TLS and their answers, on the first connection that has any. */
    public List<Exchange> exchanges() {
        List<Exchange> exchanges = new ArrayList<>();
        List<String> tags = new ArrayList<>();
        int connection = 0;
        for (Evidence.Event event : trial.evidence().events()) {
            boolean isFirst = connection == 0 || event.connection() == connection;
            if (isFirst && event instanceof Evidence.Line sent && sent.through() == Through.TLS) {
                connection = sent.connection();
                String tag = sent.line().tag();
                if (!tag.isEmpty() && !tags.contains(tag)) {
                    tags.add(tag);
                }
                exchanges.add(new Exchange(sent.line(), ""));
            } else if (event.connection() == connection && event instanceof Evidence.Sent answer) {
                int last = exchanges.size() - 1;
                ReceivedLine line = exchanges.get(last).line();
                exchanges.set(last, new Exchange(line, exchanges.get(last).answer() + untagged(answer.text(), tags)));
            }
        }
        return exchanges;
    }

    private static String untagged(String answer, List<String> tags) {
        String text = answer;
        for (int i = 0; i < tags.size(); i++) {
            String next = i == 0 ? "{next} " : "{next" + (i + 1) + "} ";
            text = text.replaceAll("(?m)^" + Pattern.quote(tags.get(i)) + " ", Matcher.quoteReplacement(next));
        }
        return text;
    }

    public Optional<ClientHello> hello() {
        return trial.evidence().hello();
    }

    /**
     * The version that the client and the well-behaved server agreed on: the newest that the client offers, since the server
     * has both. If they agreed on none, it is the one that more clients have.
     */
    public ProtocolVersion version() {
        return trial.evidence().events(Evidence.Secured.class).stream()
                        .anyMatch(secured -> secured.tls().startsWith("TLSv1.3"))
                ? ProtocolVersion.TLS13
                : ProtocolVersion.TLS12;
    }

    /** Whether the client says in its ClientHello which server it wants. */
    public boolean indicatesName() {
        return hello().flatMap(hello -> hello.extension(Extension.SERVER_NAME)).isPresent();
    }
}
