package dev.starttls.smtp.policy;

import dev.starttls.core.dns.DnsAnswer;
import dev.starttls.core.dns.DnsResolver;
import dev.starttls.core.dns.DnsType;

/** Calls of the application's code, whose exceptions are failures like others. */
final class Contained {

    private Contained() {}

    static DnsAnswer ask(DnsResolver resolver, String name, DnsType type) {
        try {
            DnsAnswer answer = resolver.ask(name, type);
            return answer == null ? failed("an answer", "null") : answer;
        } catch (RuntimeException e) {
            return failed("an answer", e.toString());
        }
    }

    static PolicyFetcher.Result fetch(PolicyFetcher fetcher, String domain) {
        try {
            PolicyFetcher.Result result = fetcher.fetch(domain);
            return result == null ? local("null") : result;
        } catch (RuntimeException e) {
            return local(e.toString());
        }
    }

    private static DnsAnswer failed(String expected, String came) {
        return new DnsAnswer.Failed(
                DnsAnswer.Failure.SERVER_FAILURE, "Expected " + expected + " of the DnsResolver, got " + came);
    }

    private static PolicyFetcher.Result local(String came) {
        return new PolicyFetcher.Failed(
                FetchFailure.LOCAL_ERROR, "Expected a result of the PolicyFetcher, got " + came);
    }
}
