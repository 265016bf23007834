package dev.starttls.core.discovery;

import java.util.List;
import java.util.Set;

/**
 * What a domain has published. Where nothing was published for a service, it is in neither list: nothing is guessed.
 *
 * @param endpoints in the order in which they are to be tried, see {@link ServiceDiscovery}
 * @param notOffered of which the domain says that it does not have them (RFC 6186 section 3.4)
 */
public record DiscoveredServices(List<ServiceEndpoint> endpoints, Set<MailService> notOffered) {

    /** Keeps its own copies. */
    public DiscoveredServices {
        endpoints = List.copyOf(endpoints);
        notOffered = Set.copyOf(notOffered);
    }
}
