package dev.starttls.conformance.domain;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import javax.naming.InvalidNameException;
import javax.naming.ldap.LdapName;
import javax.security.auth.x500.X500Principal;

/** By which names CAA records call the authorities that issue certificates; {@code caa-identifiers.txt} has them and their source. */
final class CaaIdentifiers {
    private static final String FILE = "caa-identifiers.txt";
    private static final Map<String, Set<String>> BY_ORGANIZATION = read();

    private CaaIdentifiers() {}

    private static Map<String, Set<String>> read() {
        try (InputStream in = CaaIdentifiers.class.getResourceAsStream(FILE)) {
            if (in == null) {
                throw new IllegalStateException(FILE + " is not in this jar");
            }
            Map<String, Set<String>> all = new LinkedHashMap<>();
            for (String line : new String(in.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .filter(each -> !each.isBlank() && !each.startsWith("#"))
                    .toList()) {
                List<String> parts = List.of(line.split(" = ", 2));
                all.put(parts.get(0), Set.of(parts.get(1).split(" ")));
            }
            return all;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The names of the authority with this name in its certificates, in lower case; empty if they are not known. */
    static Optional<Set<String>> of(X500Principal issuer) {
        return organization(issuer).flatMap(organization -> BY_ORGANIZATION.entrySet().stream()
                .filter(each -> organization.contains(each.getKey()))
                .map(Map.Entry::getValue)
                .findFirst());
    }

    private static Optional<String> organization(X500Principal name) {
        try {
            return new LdapName(name.getName(X500Principal.RFC2253))
                    .getRdns().stream()
                            .filter(part -> part.getType().equalsIgnoreCase("O"))
                            .map(part -> String.valueOf(part.getValue()).toLowerCase(Locale.ROOT))
                            .findFirst();
        } catch (InvalidNameException e) {
            return Optional.empty();
        }
    }
}
