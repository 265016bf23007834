package dev.starttls.conformance.tls;

import dev.starttls.conformance.check.CheckBody;
import dev.starttls.conformance.check.Verdict;
import java.io.IOException;

/** The body of a check that needs connections ready for the ClientHello. */
@FunctionalInterface
interface TlsCheckBody {

    Verdict run(Prober prober) throws IOException, BlockedException;

    /** The body as the suite runs it: if TLS cannot be started, the reason is the verdict. */
    static CheckBody of(TlsCheckBody body) {
        return context -> {
            try {
                return body.run(new Prober(context));
            } catch (BlockedException e) {
                return e.verdict();
            }
        };
    }
}
