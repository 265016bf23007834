package dev.starttls.conformance.tls.certificate;

import java.util.List;

/**
 * The verdict on a chain.
 *
 * @param faults why a client refuses it; empty if it is good
 * @param remarks what is not as it should be, but clients accept
 * @param path the subjects from the server's certificate up to the trusted root, or to the last certificate that was
 *     found
 * @param rooted whether the path ends at a trusted root
 * @param disordered whether a certificate does not directly certify the one before it, which is among the remarks
 */
public record ChainVerdict(
        List<String> faults, List<String> remarks, List<String> path, boolean rooted, boolean disordered) {

    public ChainVerdict {
        faults = List.copyOf(faults);
        remarks = List.copyOf(remarks);
        path = List.copyOf(path);
    }
}
