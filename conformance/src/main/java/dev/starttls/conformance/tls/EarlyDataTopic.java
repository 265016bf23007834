package dev.starttls.conformance.tls;

import dev.starttls.conformance.check.Check;
import dev.starttls.conformance.check.Level;
import dev.starttls.conformance.check.Topic;
import dev.starttls.conformance.check.Verdict;
import dev.starttls.conformance.target.Protocol;
import dev.starttls.conformance.tls.hand.HandSession;
import dev.starttls.conformance.tls.wire.Extension;
import java.io.IOException;
import java.util.List;

/** Early data can be replayed, and no mail protocol has rules for it. */
final class EarlyDataTopic implements Topic {

    @Override
    public List<Check> checks() {
        return List.of(Check.of("TLS-S-22", "early data is not invited")
                .clause("RFC 8446 section 8, section 2.3 and appendix E.5")
                .level(Level.MUST)
                .why("Whoever recorded early data can send it again; a protocol must say which of its commands may"
                        + " come so, and none for mail does.")
                .mend("Set the maximum of early data to 0 in the TLS library.")
                .on(Protocol.values())
                .run(TlsBody.of(EarlyDataTopic::invited)));
    }

    private static Verdict invited(Prober prober) throws IOException, BlockedException {
        try (LiveSession live = LiveSession.open(prober)) {
            if (!live.session().isTls13()) {
                return Verdict.skip("only TLSv1.3 has early data; the server speaks "
                        + live.session().told());
            }
            if (!(live.session() instanceof HandmadeSession session)) {
                return Verdict.inconclusive("an engine does not show what tickets say of early data");
            }
            HandSession details = session.details();
            String tickets = details.tickets() + (details.tickets() == 1 ? " ticket" : " tickets") + " came";
            boolean invited = details.ticketExtensions().stream()
                    .anyMatch(extension -> extension.type() == Extension.EARLY_DATA
                            && !extension.data().toString().matches("0*"));
            return invited
                    ? Verdict.fail(tickets + ", with a maximum of early data: " + details.ticketExtensions())
                    : Verdict.pass(tickets + ", none of which invites early data");
        }
    }
}
