package dev.starttls.conformance.dns;

import dev.starttls.core.dns.DnsAnswer;
import dev.starttls.core.dns.DnsAnswer.Failure;
import dev.starttls.core.dns.DnsResolver;
import dev.starttls.core.dns.DnsType;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.List;
import java.util.Optional;
import org.xbill.DNS.DClass;
import org.xbill.DNS.ExtendedFlags;
import org.xbill.DNS.ExtendedResolver;
import org.xbill.DNS.Flags;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.NameTooLongException;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Record;
import org.xbill.DNS.Resolver;
import org.xbill.DNS.SimpleResolver;
import org.xbill.DNS.TextParseException;
import org.xbill.DNS.Type;
import org.xbill.DNS.dnssec.ValidatingResolver;

/**
 * The DNS by dnsjava. An answer is secure if this process has validated it, or if a server whose AD bit is believed says so; where
 * neither can be, all answers are insecure, and {@link #validation} says why.
 *
 * <pre>{@code
 * DnsSettings settings = new DnsSettings(Optional.empty(), DnsSettings.Trust.LOOPBACK, Optional.empty(), Duration.ofSeconds(5));
 * DnsjavaResolver resolver = DnsjavaResolver.open(settings);
 * DnsAnswer mx = resolver.ask("example.org", DnsType.MX);
 * }</pre>
 */
public final class DnsjavaResolver implements DnsResolver {
    /** Of the root zone: the keys of 2017 and 2024, as IANA publishes them in root-anchors.xml. */
    private static final String ROOT_ANCHORS =
            """
            . IN DS 20326 8 2 E06D44B80B8F1D39A95C0B0D7C65D08458E880409BBC683457104237C7F8EC8D
            . IN DS 38696 8 2 683D2D0ACB8C9B712A1948B27F741219298D0A450D612C483AF444A4C0FB2B16
            """;

    private final Resolver plain;
    private final Resolver resolver;
    private final Validation validation;

    private DnsjavaResolver(Resolver plain, Resolver resolver, Validation validation) {
        this.plain = plain;
        this.resolver = resolver;
        this.validation = validation;
    }

    /**
     * A resolver by these settings. Unless a server or anchors were named that are believed, one question is asked, to find out
     * whether answers can be validated here at all.
     *
     * @throws IOException if the trust anchors cannot be read, or are none
     */
    public static DnsjavaResolver open(DnsSettings settings) throws IOException {
        DnsLog.silence();
        Resolver plain = plain(settings);
        if (settings.believesServer()) {
            return new DnsjavaResolver(
                    plain, plain, Validation.by("validated by the resolver, whose AD bit is believed"));
        }
        if (settings.anchors().isPresent()) {
            try (InputStream anchors = Files.newInputStream(settings.anchors().get())) {
                return new DnsjavaResolver(
                        plain,
                        validating(plain, anchors),
                        Validation.by("validated here, from the given trust anchors"));
            }
        }
        Resolver validating =
                validating(plain, new ByteArrayInputStream(ROOT_ANCHORS.getBytes(StandardCharsets.US_ASCII)));
        return rootIsSecure(validating)
                ? new DnsjavaResolver(plain, validating, Validation.by("validated here, from the root's trust anchors"))
                : new DnsjavaResolver(
                        plain,
                        plain,
                        Validation.none("the resolver does not pass on the signatures of the root;"
                                + " name one that does by --resolver"));
    }

    private static Resolver plain(DnsSettings settings) throws IOException {
        Resolver plain = settings.server().isPresent()
                ? new SimpleResolver(settings.server().get())
                : new ExtendedResolver();
        plain.setEDNS(0, 0, ExtendedFlags.DO, List.of());
        plain.setTimeout(settings.timeout());
        return plain;
    }

    private static Resolver validating(Resolver plain, InputStream anchors) throws IOException {
        ValidatingResolver validating = new ValidatingResolver(plain);
        validating.loadTrustAnchors(anchors);
        if (validating.getTrustAnchors().items().isEmpty()) {
            throw new IOException("expected trust anchors, DS or DNSKEY records as zone files have them, got none");
        }
        return validating;
    }

    private static boolean rootIsSecure(Resolver validating) {
        try {
            Message answer = validating.send(aboutRoot());
            return answer.getRcode() == Rcode.NOERROR && answer.getHeader().getFlag(Flags.AD);
        } catch (IOException e) {
            return false;
        }
    }

    private static Message aboutRoot() {
        return Message.newQuery(Record.newRecord(Name.root, Type.SOA, DClass.IN));
    }

    /**
     * Why the resolver gives no answer at all, found out by a question; empty if it gives one, whatever it says. Waits as long as
     * for any answer.
     */
    public Optional<String> silence() {
        try {
            var unused = plain.send(aboutRoot());
            return Optional.empty();
        } catch (IOException e) {
            return Optional.of(Optional.ofNullable(e.getMessage()).orElse("no connection"));
        }
    }

    /** Who validates the answers. */
    public Validation validation() {
        return validation;
    }

    @Override
    public DnsAnswer ask(String name, DnsType type) {
        try {
            Name asked = Name.concatenate(Name.fromString(name), Name.root);
            Message query = Message.newQuery(Record.newRecord(asked, type.code(), DClass.IN));
            query.getHeader().setFlag(Flags.AD);
            Message response = resolver.send(query);
            if (validation.missing().isPresent()) {
                response.getHeader().unsetFlag(Flags.AD);
            }
            return DnsAnswers.of(asked, type, response);
        } catch (NameTooLongException | TextParseException e) {
            return new DnsAnswer.Failed(Failure.SERVER_FAILURE, "not a name: " + e.getMessage());
        } catch (IOException e) {
            boolean late = e instanceof InterruptedIOException
                    || String.valueOf(e.getMessage()).contains("imed out");
            return new DnsAnswer.Failed(
                    late ? Failure.TIMEOUT : Failure.SERVER_FAILURE,
                    Optional.ofNullable(e.getMessage()).orElse("no connection to the resolver"));
        } catch (RuntimeException e) {
            // A parser of what anyone can send.
            return new DnsAnswer.Failed(Failure.SERVER_FAILURE, "the answer cannot be read: " + e);
        }
    }
}
