package dev.starttls.core.dns;

import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;

/**
 * What the DNS says to one question, and how far that can be relied on.
 *
 * <p>A resolver that does not validate, or whose word about that is not trusted, calls every answer {@link Security#INSECURE}: a
 * policy that needs DNSSEC then does not apply, and nothing is wrong. {@link Failed} is another matter: what was asked for may
 * exist, and an attacker may have made the answer fail, so that a policy may have to take the host for unreachable (RFC 7672
 * section 2.1.2).
 */
public sealed interface DnsAnswer {

    /** Whether the answer was validated (RFC 4035 section 4.3). */
    enum Security {
        /** Signed, with a chain of signatures from a trust anchor, aliases included. */
        SECURE,
        /** Not signed, and provably so; or not validated by anyone who is trusted. */
        INSECURE
    }

    /**
     * There are records of the type.
     *
     * @param records at least one
     * @param canonicalName the name that has them, after all aliases were followed
     * @param security of the whole answer: of the records, and of each alias on the way
     */
    record Found(List<DnsRecord> records, String canonicalName, Security security) implements DnsAnswer {

        /** Keeps its own copy. */
        public Found {
            records = List.copyOf(records);
            if (records.isEmpty()) {
                throw new IllegalArgumentException("records: expected at least one, got none; use Absent");
            }
            canonicalName = DnsRecord.name(canonicalName);
            Objects.requireNonNull(security, "security: expected SECURE or INSECURE, got null");
        }
    }

    /**
     * There is no record of the type: the name does not exist (NXDOMAIN), or has records of other types alone.
     *
     * @param canonicalName the name that has none, after all aliases were followed
     * @param security of the denial, and of each alias on the way
     */
    record Absent(String canonicalName, Security security) implements DnsAnswer {

        /** Writes the name in lower case, without a dot at its end. */
        public Absent {
            canonicalName = DnsRecord.name(canonicalName);
            Objects.requireNonNull(security, "security: expected SECURE or INSECURE, got null");
        }
    }

    /**
     * There is no answer that means anything.
     *
     * @param cause why
     * @param detail for people, on one line
     */
    record Failed(Failure cause, String detail) implements DnsAnswer {

        /** There must be both. */
        public Failed {
            Objects.requireNonNull(cause, "cause: expected why the look-up failed, got null");
            Objects.requireNonNull(detail, "detail: expected a text, got null; \"\" is for none");
        }
    }

    /** Why there is no answer. */
    enum Failure {
        /** The signatures do not hold, or are missing where the parent zone says that there are some (RFC 4035 section 4.3). */
        BOGUS,
        /** The servers refuse, fail (SERVFAIL) or answer with something else than the protocol allows. */
        SERVER_FAILURE,
        /** No answer has come in time. */
        TIMEOUT
    }

    /**
     * The records of one type of data.
     *
     * @param type of the records wanted
     * @param <R> that type
     * @return in the order in which they came; empty if there are none, or the look-up failed
     */
    default <R extends DnsRecord> List<R> records(Class<R> type) {
        return this instanceof Found found
                ? found.records().stream()
                        .flatMap(record -> type.isInstance(record) ? Stream.of(type.cast(record)) : Stream.empty())
                        .toList()
                : List.of();
    }

    /**
     * Whether there is an answer, and it was validated.
     *
     * @return false for a look-up that failed
     */
    default boolean secure() {
        if (this instanceof Found found) {
            return found.security() == Security.SECURE;
        }
        return this instanceof Absent absent && absent.security() == Security.SECURE;
    }
}
