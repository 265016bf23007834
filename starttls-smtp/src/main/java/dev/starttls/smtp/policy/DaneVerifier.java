package dev.starttls.smtp.policy;

import dev.starttls.core.dns.DnsRecord.Tlsa;
import dev.starttls.core.tls.RefusalKind;
import dev.starttls.core.tls.ServerIdentity;
import dev.starttls.core.tls.ServerVerifier;
import java.security.cert.X509Certificate;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * Judges a mail server's certificates by its TLSA records (RFC 7672 section 3).
 *
 * <pre>{@code
 * ServerVerifier dane = DaneVerifier.of(List.of("mx.example.org", "example.org"), records);
 * TlsSettings settings = TlsSettings.builder().serverVerifier(dane).sni("mx.example.org").build();
 * }</pre>
 *
 * <p>One match is enough:
 *
 * <ul>
 *   <li>of usage 3 (DANE-EE) with the server's own certificate or key: its names, dates and issuer are of no account (RFC 7672
 *       section 3.1.1);
 *   <li>of usage 2 (DANE-TA) with an authority from which a path leads to the server's certificate: one that the server has sent,
 *       or one that the record has whole (RFC 7672 section 3.1.2). All below that authority is within its dates, the authorities may
 *       issue what they have issued, the certificate is one for a server, and it has one of the names (RFC 7672 section 3.2.3). Nothing
 *       is asked of revocation.
 * </ul>
 *
 * <p>A certificate has a name as subjectAltName; the common name of its subject counts only where there is no name of a host as
 * subjectAltName (RFC 7672 section 3.2.3), unlike in {@link ServerIdentity}. The host that the connection was made to is of no
 * account: the names say what is expected.
 *
 * <p>The work for one judgement is bounded: by 10 certificates and by 64 signatures. Safe for use by several threads.
 */
public final class DaneVerifier implements ServerVerifier {

    /** Enough of them to see what is published; a record set can have two thousand. */
    private static final int MAX_SHOWN = 6;
    /** The characters of data that identify a record to a person. */
    private static final int SHOWN_DATA = 16;

    private static final String ASK =
            "Compare the TLSA records with the server's certificate: its operator may have replaced one"
                    + " and not the other; or someone in the middle has answered";

    private final List<String> names;
    private final TlsaRecords records;
    private final InstantSource clock;

    private DaneVerifier(List<String> names, TlsaRecords records, InstantSource clock) {
        this.names = List.copyOf(names);
        this.records = Objects.requireNonNull(records, "records: expected TlsaRecords, got null");
        this.clock = Objects.requireNonNull(clock, "clock: expected an InstantSource, got null");
        if (records.usable().isEmpty()) {
            throw new IllegalArgumentException(
                    "records: expected at least one that is usable, got none; there is nothing to verify by");
        }
    }

    /**
     * The rule for one server.
     *
     * @param names of which the certificate must have one where a record of usage 2 matches
     * @param records at least one of them usable
     * @return a rule for any number of connections, by the time of this machine
     * @throws IllegalArgumentException if no record is usable
     */
    public static DaneVerifier of(List<String> names, TlsaRecords records) {
        return of(names, records, InstantSource.system());
    }

    /**
     * The rule for one server, with another clock.
     *
     * @param names of which the certificate must have one where a record of usage 2 matches
     * @param records at least one of them usable
     * @param clock what the dates of certificates are compared with
     * @return a rule for any number of connections
     * @throws IllegalArgumentException if no record is usable
     */
    public static DaneVerifier of(List<String> names, TlsaRecords records, InstantSource clock) {
        return new DaneVerifier(names, records, clock);
    }

    @Override
    public Verdict verify(ServerIdentity server, List<X509Certificate> chain) {
        for (Tlsa record : records.usable()) {
            if (record.usage() == TlsaAssociation.DANE_EE && TlsaAssociation.matches(record, chain.get(0))) {
                return ServerVerifier.accept();
            }
        }
        List<Tlsa> anchors = records.usable().stream()
                .filter(record -> record.usage() == TlsaAssociation.DANE_TA)
                .toList();
        DanePaths paths = new DanePaths(chain, anchors, clock.instant());
        if (paths.lead()) {
            return CertificateNames.haveOne(chain.get(0), names)
                    ? ServerVerifier.accept()
                    : ServerVerifier.refuse(
                            RefusalKind.OTHER_NAME,
                            "Expected a certificate for " + String.join(" or ", names) + ", got one for "
                                    + CertificateNames.shown(chain.get(0))
                                    + ", of an authority that a TLSA record matches",
                            "The server's operator needs a certificate with one of these names, or a TLSA record of usage 3,"
                                    + " with which names are of no account");
        }
        return paths.flaw().map(flaw -> refused(flaw, chain)).orElseGet(() -> noMatch(chain, paths));
    }

    private Verdict refused(DanePaths.Flaw flaw, List<X509Certificate> chain) {
        return ServerVerifier.refuse(
                flaw.kind(),
                "Expected a path from the authority that a TLSA record matches to the certificate of "
                        + CertificateNames.shown(chain.get(0)) + ", got: " + flaw.detail(),
                flaw.kind() == RefusalKind.OUT_OF_DATE
                        ? "Check the clock of this machine, then ask the server's operator to renew it"
                        : "Ask the server's operator to look at the chain that the server sends");
    }

    private Verdict noMatch(List<X509Certificate> chain, DanePaths paths) {
        List<String> lacks = new ArrayList<>();
        for (Tlsa record :
                records.usable().subList(0, Math.min(MAX_SHOWN, records.usable().size()))) {
            lacks.add(shown(record) + ": " + lack(record, chain));
        }
        int more = records.usable().size() - lacks.size();
        String detail =
                "Expected a certificate that one of " + records.usable().size() + " usable TLSA records matches, got "
                        + chain.size() + " of which none is (" + String.join("; ", lacks)
                        + (more > 0 ? "; and " + more + " more" : "")
                        + ")";
        Optional<String> bound = paths.bound();
        return ServerVerifier.refuse(
                RefusalKind.NO_TLSA_MATCH,
                detail + bound.map(reached -> "; " + reached).orElse(""),
                ASK);
    }

    private static String lack(Tlsa record, List<X509Certificate> chain) {
        if (record.usage() == TlsaAssociation.DANE_EE) {
            return "the server's own has " + abbreviated(TlsaAssociation.dataOf(record, chain.get(0)));
        }
        boolean own = TlsaAssociation.matches(record, chain.get(0));
        boolean sent = chain.stream().skip(1).anyMatch(each -> TlsaAssociation.matches(record, each));
        if (sent) {
            return "it is in the chain, and has issued nothing that leads to the server's own";
        }
        return own
                ? "it is the server's own, which usage 3 is for"
                : chain.size() == 1 ? "the server has sent no issuer" : "no issuer that was sent has it";
    }

    private static String shown(Tlsa record) {
        return record.usage() + " " + record.selector() + " " + record.matchingType() + " "
                + abbreviated(record.data());
    }

    private static String abbreviated(String data) {
        return data.length() > SHOWN_DATA ? data.substring(0, SHOWN_DATA) + "..." : data;
    }

    /** For people and logs: the records in use and the names. */
    @Override
    public String toString() {
        return "DaneVerifier["
                + records.usable().stream()
                        .map(DaneVerifier::shown)
                        .limit(MAX_SHOWN)
                        .toList() + " for " + String.join(", ", names) + "]";
    }
}
