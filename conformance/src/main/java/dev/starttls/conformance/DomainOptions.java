package dev.starttls.conformance;

import dev.starttls.conformance.dns.DnsSettings;
import dev.starttls.conformance.dns.DnsjavaResolver;
import dev.starttls.conformance.domain.DomainSettings;
import dev.starttls.conformance.domain.PrivateAddresses;
import dev.starttls.conformance.target.TargetSettings;
import dev.starttls.conformance.tls.certificate.Roots;
import dev.starttls.core.dns.DnsResolver;
import dev.starttls.core.tls.TlsSettings;
import dev.starttls.smtp.policy.HttpsPolicyFetcher;
import dev.starttls.smtp.policy.PolicyFetcher;
import java.io.IOException;
import java.net.Inet6Address;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import picocli.CommandLine.Option;

/** How targets are found and judged that are domains. */
final class DomainOptions {
    @OptionSection("Domains")
    @Option(
            names = "--resolver",
            paramLabel = "HOST[:PORT]",
            description =
                    "For mx: and domain: the resolver to ask (default: the system's). Its word on DNSSEC is believed if"
                            + " it is named here and on this machine; the answers of any other are validated here.")
    Optional<String> resolver = Optional.empty();

    @Option(
            names = "--trust-ad",
            description =
                    "Believe the resolver's word on DNSSEC (the AD bit) wherever it is: the network up to it is trusted.")
    boolean trustAd;

    @Option(
            names = "--trust-anchor",
            paramLabel = "FILE",
            description =
                    "Validate DNSSEC here, from the DS or DNSKEY records of this file (default: those of the root).")
    Optional<Path> trustAnchor = Optional.empty();

    @Option(
            names = "--private-addresses",
            description =
                    "Connect also to private and loopback addresses that a domain's records or a block of addresses"
                            + " have: for a laboratory, or a network of your own.")
    boolean privateAddresses;

    @Option(
            names = "--port",
            paramLabel = "PORT",
            description = "The port of a domain's MX hosts, for a laboratory (default: 25).")
    @NumberRange(max = OptionRange.MAX_PORT)
    Optional<Integer> port = Optional.empty();

    @Option(
            names = "--mta-sts-port",
            paramLabel = "PORT",
            description = "The port at which a domain's MTA-STS policy is fetched, for a laboratory (default: 443).")
    @NumberRange(max = OptionRange.MAX_PORT)
    Optional<Integer> stsPort = Optional.empty();

    /**
     * Refuses an option that is for domains alone where no domain is named: it would have no effect.
     *
     * @param urls the targets of the command line; {@code listed} says whether a file names others
     */
    void requireDomain(List<String> urls, boolean listed) throws UsageException {
        for (String url : urls) {
            if (TargetSource.domain(url).isPresent()) {
                return;
            }
        }
        if (listed) {
            return;
        }
        String place = port.filter(number -> urls.size() == 1)
                .map(number -> "; write " + urls.get(0).replaceFirst("(?<=[^:/])(:\\d+)?/?$", ":" + number))
                .orElse("");
        require("--port", port.isEmpty(), place);
        require("--mta-sts-port", stsPort.isEmpty(), "");
        require("--resolver", resolver.isEmpty(), "");
        require("--trust-anchor", trustAnchor.isEmpty(), "");
        require("--trust-ad", !trustAd, "");
    }

    private static void require(String option, boolean absent, String instead) throws UsageException {
        if (!absent) {
            throw new UsageException(option + " is for mx: and domain:, and no target is one" + instead);
        }
    }

    /** What is done about private addresses that records, or a block of addresses, have. */
    PrivateAddresses addresses() {
        return privateAddresses ? PrivateAddresses.ALLOWED : PrivateAddresses.REFUSED;
    }

    /**
     * The settings of domains.
     *
     * @param target those of their servers
     * @param refused the servers that are never connected to, not for a policy either
     * @param warning is called if the resolver is silent
     */
    DomainSettings settings(TargetSettings target, Blocklist refused, Consumer<String> warning) throws UsageException {
        if (target.serverName().isPresent()) {
            throw new UsageException("--server-name is the name of one server; those of a domain have their own");
        }
        List<X509Certificate> roots = target.trust().isEmpty() ? Roots.ofTheRuntime() : target.trust();
        DnsjavaResolver dns = dns(target);
        if (dns.silence().isPresent()) {
            warning.accept("the resolver" + resolver.map(named -> " " + named).orElse(" of this system")
                    + " does not answer; name" + (resolver.isPresent() ? " another" : " one") + " by --resolver");
        }
        PrivateAddresses addresses = addresses();
        return new DomainSettings(
                dns,
                dns.validation().missing(),
                fetcher(refused.restrict(addresses.restrict(dns)), target, roots),
                port.orElse(DomainSettings.PORT),
                addresses,
                ipv6(),
                roots,
                InstantSource.system());
    }

    private DnsjavaResolver dns(TargetSettings target) throws UsageException {
        Optional<InetSocketAddress> server = Optional.empty();
        if (resolver.isPresent()) {
            server = Optional.of(HostAndPort.toConnect("--resolver", resolver.get(), DnsSettings.PORT));
        }
        DnsSettings.Trust trust = trustAd ? DnsSettings.Trust.SERVER : DnsSettings.Trust.LOOPBACK;
        try {
            return DnsjavaResolver.open(new DnsSettings(server, trust, trustAnchor, target.answer()));
        } catch (IOException e) {
            throw new UsageException(
                    trustAnchor.map(file -> "--trust-anchor " + file).orElse("--resolver") + ": " + e.getMessage());
        }
    }

    private PolicyFetcher fetcher(DnsResolver dns, TargetSettings target, List<X509Certificate> roots)
            throws UsageException {
        try {
            HttpsPolicyFetcher fetcher = new HttpsPolicyFetcher(dns)
                    .withTls(TlsSettings.builder()
                            .context(trusting(roots))
                            .applicationProtocols("http/1.1")
                            .build())
                    .withTimeout(target.answer().multipliedBy(2));
            return stsPort.map(fetcher::withPort).orElse(fetcher);
        } catch (GeneralSecurityException | IOException e) {
            throw new UsageException("--trust: " + e.getMessage());
        }
    }

    private static SSLContext trusting(List<X509Certificate> roots) throws GeneralSecurityException, IOException {
        KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
        store.load(null, null);
        for (int i = 0; i < roots.size(); i++) {
            store.setCertificateEntry("root " + i, roots.get(i));
        }
        TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        factory.init(store);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, factory.getTrustManagers(), null);
        return context;
    }

    /** Why this machine cannot use IPv6; empty if it has an address for it. */
    private static Optional<String> ipv6() {
        try {
            boolean has = NetworkInterface.networkInterfaces()
                    .flatMap(NetworkInterface::inetAddresses)
                    .anyMatch(address -> address instanceof Inet6Address
                            && !address.isLoopbackAddress()
                            && !address.isLinkLocalAddress());
            return has ? Optional.empty() : Optional.of("this machine has no IPv6 address to connect from");
        } catch (SocketException e) {
            return Optional.of("it is not known whether this machine has IPv6: " + e.getMessage());
        }
    }
}
