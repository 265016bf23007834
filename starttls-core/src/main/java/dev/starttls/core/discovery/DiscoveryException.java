package dev.starttls.core.discovery;

import dev.starttls.core.dns.DnsAnswer;
import java.io.IOException;

/** It is not known whether a domain has published a service: a question to the DNS failed, which is not the answer that there is none. */
public final class DiscoveryException extends IOException {

    private static final long serialVersionUID = 1L;

    private final MailService service;
    private final DnsAnswer.Failure failure;

    DiscoveryException(MailService service, String name, DnsAnswer.Failure failure, String detail) {
        super("Expected the SRV records of " + name + " or the answer that there are none, got " + failure
                + (detail.isEmpty() ? "" : " (" + detail + ")")
                + (failure == DnsAnswer.Failure.BOGUS
                        ? ": someone in the middle may have changed the answer; try another network, or ask the domain's operator"
                        : ": try again later, or check the resolver of this machine"));
        this.service = service;
        this.failure = failure;
    }

    /**
     * The service that was asked for.
     *
     * @return the first of those whose question failed
     */
    public MailService service() {
        return service;
    }

    /**
     * Why there is no answer.
     *
     * @return what the resolver says
     */
    public DnsAnswer.Failure failure() {
        return failure;
    }
}
