package dev.starttls.core.keys;

import dev.starttls.core.tls.PresentedIdentifier;
import dev.starttls.core.tls.ServerIdentity;
import java.io.IOException;
import java.security.AlgorithmParameters;
import java.security.GeneralSecurityException;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.X509Certificate;
import java.security.interfaces.ECKey;
import java.security.spec.AlgorithmParameterSpec;
import java.security.spec.MGF1ParameterSpec;
import java.security.spec.PSSParameterSpec;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** A private key with its certificate chain. Its text has no more of the key than the type. */
final class KeyEntry {

    /** The file of the chain, for messages. */
    final String where;

    final PrivateKey key;
    final List<X509Certificate> chain;
    final KeyType type;
    /** The DNS names of the leaf in lower case, wildcards as they are. */
    private final Set<String> names;

    private KeyEntry(String where, PrivateKey key, List<X509Certificate> chain, KeyType type) {
        this.where = where;
        this.key = key;
        this.chain = List.copyOf(chain);
        this.type = type;
        names = dnsNames(chain.get(0));
    }

    /**
     * Checks that a key and a chain belong together.
     *
     * @param whereChain the file of the chain, for messages
     * @param whereKey the file of the key, for messages
     */
    static KeyEntry of(String whereChain, String whereKey, PrivateKey key, List<X509Certificate> chain)
            throws ServerKeysException {
        if (chain.isEmpty()) {
            throw new ServerKeysException(whereChain, "Expected the certificate of the key, got none; add its chain");
        }
        KeyType type = KeyType.of(key)
                .orElseThrow(() -> new ServerKeysException(
                        whereKey,
                        "Expected a key of RSA, RSASSA-PSS, EC, Ed25519 or Ed448, got one of " + key.getAlgorithm()
                                + ", with which no cipher suite of TLS 1.2 or 1.3 signs here; request a certificate"
                                + " for another key"));
        int owner = owner(key, type, chain);
        if (owner < 0) {
            throw new ServerKeysException(
                    whereChain,
                    "Expected the certificate of the private key in " + whereKey + ", got one for "
                            + Certificates.name(chain.get(0)) + " with another key ("
                            + chain.get(0).getPublicKey().getAlgorithm()
                            + "); was one of the two renewed without the other? These must print the same: openssl x509"
                            + " -noout -pubkey -in CHAIN, openssl pkey -pubout -in KEY");
        }
        if (owner > 0) {
            throw new ServerKeysException(
                    whereChain,
                    "Expected the leaf first, got it as certificate " + (owner + 1) + " of " + chain.size()
                            + " (for " + Certificates.name(chain.get(owner))
                            + "); put it first, followed by its issuer and so on");
        }
        Certificates.requireOrder(whereChain, chain);
        return new KeyEntry(whereChain, key, chain, type);
    }

    X509Certificate leaf() {
        return chain.get(0);
    }

    /**
     * Whether this is of the type that an engine asks a key manager for: the name of the algorithm; in TLS 1.2 after that of the
     * key exchange ("ECDHE_RSA"); in Bouncy Castle before that of a curve ("EC/secp256r1").
     */
    boolean answers(String keyType) {
        int slash = keyType.indexOf('/');
        String name = slash < 0 ? keyType : keyType.substring(0, slash);
        String algorithm = name.startsWith("EC_") ? "EC" : name.substring(name.lastIndexOf('_') + 1);
        Optional<KeyType> asked = KeyType.named(algorithm);
        return asked.isPresent() && asked.get() == type && (slash < 0 || keyType.endsWith("/secp" + bits() + "r1"));
    }

    /** Whether the leaf has the name that a client asks for. */
    boolean isFor(ServerIdentity name) {
        return name.matches(leaf());
    }

    /** Whether this entry is for the same server as another one, perhaps with a key of another type. */
    boolean sharesName(KeyEntry other) {
        return names.equals(other.names) || !Collections.disjoint(names, other.names);
    }

    /** Whether one of the certificates was issued by one of these authorities. */
    boolean issuedBy(Principal[] authorities) {
        for (X509Certificate certificate : chain) {
            for (Principal authority : authorities) {
                if (certificate.getIssuerX500Principal().equals(authority)) {
                    return true;
                }
            }
        }
        return false;
    }

    /**
     * Whether a client can verify this key's signatures.
     *
     * @param algorithms that it offers, by the names of {@link Signature}, such as "SHA256withECDSA"
     * @param tls13 whether TLS 1.3 is spoken, where each curve has its own hash, and RSA signs with PSS only (RFC 8446 section
     *     4.2.3)
     */
    boolean verifiableBy(String[] algorithms, boolean tls13) {
        for (String algorithm : algorithms) {
            if (isSignature(algorithm, tls13)) {
                return true;
            }
        }
        return false;
    }

    private boolean isSignature(String algorithm, boolean tls13) {
        // The JDK's name, and Bouncy Castle's.
        boolean pss = algorithm.equals("RSASSA-PSS") || algorithm.endsWith("withRSAandMGF1");
        return switch (type) {
            case RSA -> pss || (!tls13 && algorithm.endsWith("withRSA"));
            case RSASSA_PSS -> pss;
            case EC ->
                tls13
                        ? algorithm.equals("SHA" + (bits() == 521 ? 512 : bits()) + "withECDSA")
                        : algorithm.endsWith("withECDSA");
            case EDDSA -> algorithm.equals(isEd25519() ? "Ed25519" : "Ed448");
        };
    }

    /** By the length of the public key: with its identifier, 44 octets for Ed25519 and 69 for Ed448. */
    private boolean isEd25519() {
        return leaf().getPublicKey().getEncoded().length < 50;
    }

    /** The size of an EC key's field; 0 for another key. */
    private int bits() {
        return leaf().getPublicKey() instanceof ECKey ec
                ? ec.getParams().getCurve().getField().getFieldSize()
                : 0;
    }

    @Override
    public String toString() {
        String shown = ServerIdentity.shownNames(leaf());
        return type + " for " + (shown.isEmpty() ? Certificates.name(leaf()) : shown) + " (" + where + ")";
    }

    /** The index of the key's certificate: the one that verifies what the key has signed; -1 if there is none. */
    private static int owner(PrivateKey key, KeyType type, List<X509Certificate> chain) {
        for (int i = 0; i < chain.size(); i++) {
            PublicKey candidate = chain.get(i).getPublicKey();
            if (KeyType.of(candidate).filter(type::equals).isPresent() && pair(key, type, candidate)) {
                return i;
            }
        }
        return -1;
    }

    private static boolean pair(PrivateKey key, KeyType type, PublicKey candidate) {
        byte[] message = {1, 2, 3, 4};
        try {
            Signature signing = Signature.getInstance(type.signature);
            Signature verifying = Signature.getInstance(type.signature);
            if (type == KeyType.RSASSA_PSS) {
                AlgorithmParameterSpec parameters = pss(candidate);
                signing.setParameter(parameters);
                verifying.setParameter(parameters);
            }
            signing.initSign(key);
            signing.update(message);
            verifying.initVerify(candidate);
            verifying.update(message);
            return verifying.verify(signing.sign());
        } catch (GeneralSecurityException | IOException | RuntimeException e) {
            // The keys differ in curve or size.
            return false;
        }
    }

    /** The parameters that the key is restricted to; for an unrestricted key, any. On Android before 15, RSAKey has them not. */
    private static AlgorithmParameterSpec pss(PublicKey key) throws GeneralSecurityException, IOException {
        Der algorithm = new Der(key.getEncoded()).enter(Der.SEQUENCE).enter(Der.SEQUENCE);
        algorithm.enter(Der.OBJECT_IDENTIFIER);
        if (!algorithm.next(Der.SEQUENCE)) {
            return new PSSParameterSpec("SHA-256", "MGF1", MGF1ParameterSpec.SHA256, 32, 1);
        }
        AlgorithmParameters parameters = AlgorithmParameters.getInstance("RSASSA-PSS");
        parameters.init(algorithm.rest());
        return parameters.getParameterSpec(PSSParameterSpec.class);
    }

    private static Set<String> dnsNames(X509Certificate leaf) {
        return PresentedIdentifier.of(leaf).stream()
                .filter(presented -> presented.kind() == PresentedIdentifier.Kind.DNS)
                .map(presented -> presented.value().toLowerCase(Locale.ROOT))
                .collect(Collectors.toSet());
    }
}
