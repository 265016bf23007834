package dev.starttls.conformance.tls.certificate;

import java.util.List;

/**
 * What there is to say of a chain.
 *
 * @param faults what a client refuses it for; empty when it is good
 * @param remarks what a client puts up with
 * @param path the subjects from the server's certificate up to the trusted root, or to where the chain breaks off
 */
public record ChainVerdict(List<String> faults, List<String> remarks, List<String> path) {

    public ChainVerdict {
        faults = List.copyOf(faults);
        remarks = List.copyOf(remarks);
        path = List.copyOf(path);
    }
}
