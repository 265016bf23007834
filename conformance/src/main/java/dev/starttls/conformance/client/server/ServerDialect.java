package dev.starttls.conformance.client.server;

import dev.starttls.conformance.connection.Transcript.Through;
import dev.starttls.conformance.target.Protocol;
import java.util.List;

/** What a well-behaved server of a protocol says. */
public interface ServerDialect {
    Protocol protocol();

    /** The capabilities that a well-behaved server offers. */
    List<String> capabilities(Through through);

    /** A session on one connection: it begins in the layer given, and begins anew inside TLS. */
    DialectSession session(Through through, Script script);
}
