package dev.starttls.smtp.policy;

import java.util.Objects;
import java.util.Optional;

/**
 * Fetches the text of a policy over HTTPS. {@link HttpsPolicyFetcher} does; implement it to use your own HTTP client, or a proxy.
 *
 * <pre>{@code
 * PolicyFetcher none = domain -> new PolicyFetcher.Failed(FetchFailure.NOT_CONNECTED, "HTTPS is not allowed from here");
 * }</pre>
 *
 * <p>An implementation must ask for {@code https://mta-sts.DOMAIN/.well-known/mta-sts.txt} (RFC 8461 section 3.2) and keep these
 * rules (section 3.3): TLS 1.2 or newer; a certificate that is trusted, in time, and has the name {@code mta-sts.DOMAIN} as DNS-ID, where
 * a common name does not count; status 200 only, 3xx not followed; no HTTP cache; an end to all of it within about a minute, and at
 * {@link StsPolicy#MAX_OCTETS}. The default client of the JDK accepts a common name, and its time-outs are for each read.
 *
 * <p>Called by the thread that decides, which waits; several threads may fetch at once. What it throws counts as {@link
 * FetchFailure#LOCAL_ERROR}.
 */
@FunctionalInterface
public interface PolicyFetcher {

    /**
     * Fetches the policy of a domain.
     *
     * @param domain in ASCII and lower case, without a dot at its end
     * @return what came
     */
    Result fetch(String domain);

    /** What came of it. */
    sealed interface Result {}

    /**
     * A response with status 200, whole. Whether it is a policy is not decided here.
     *
     * @param text each character one octet, at most {@link StsPolicy#MAX_OCTETS}
     * @param mediaType of the response, in lower case and without parameters; it should be text/plain, and no policy is refused for
     *     another (RFC 8461 section 3.2)
     */
    record Fetched(String text, Optional<String> mediaType) implements Result {

        /** There must be both. */
        public Fetched {
            Objects.requireNonNull(text, "text: expected the text of a policy, got null");
            Objects.requireNonNull(mediaType, "mediaType: expected an Optional, got null");
        }
    }

    /**
     * There is no such response.
     *
     * @param failure to switch over
     * @param detail what was expected and what came
     */
    record Failed(FetchFailure failure, String detail) implements Result {

        /** There must be both. */
        public Failed {
            Objects.requireNonNull(failure, "failure: expected a FetchFailure, got null");
            Objects.requireNonNull(detail, "detail: expected a text, got null");
        }
    }
}
