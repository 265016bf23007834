package dev.starttls.smtp.policy;

import dev.starttls.core.dns.DnsAnswer;
import dev.starttls.core.dns.DnsRecord;
import dev.starttls.core.dns.DnsResolver;
import dev.starttls.core.dns.DnsType;

/** Calls of the application's code, whose exceptions are failures like others. */
final class Contained {

    private Contained() {}

    static DnsAnswer ask(DnsResolver resolver, String name, DnsType type) {
        try {
            DnsAnswer answer = resolver.ask(name, type);
            if (answer == null) {
                return failed("an answer", "null");
            }
            // That there is none of the type, which turns policies off, is for Absent to say.
            return answer instanceof DnsAnswer.Found found
                            && !found.records().stream().anyMatch(recordOf(type)::isInstance)
                    ? failed("records of type " + type, "others alone; a resolver has to follow aliases")
                    : answer;
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

    private static Class<? extends DnsRecord> recordOf(DnsType type) {
        return switch (type) {
            case A, AAAA -> DnsRecord.Address.class;
            case CNAME -> DnsRecord.Cname.class;
            case MX -> DnsRecord.Mx.class;
            case TXT -> DnsRecord.Txt.class;
            case SRV -> DnsRecord.Srv.class;
            case TLSA -> DnsRecord.Tlsa.class;
            case CAA -> DnsRecord.Caa.class;
        };
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
