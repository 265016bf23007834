package dev.starttls.conformance.client;

import java.io.IOException;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.cert.CertPathValidator;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.PKIXParameters;
import java.security.cert.TrustAnchor;
import java.security.cert.X509Certificate;
import java.security.interfaces.RSAKey;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Date;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import javax.net.ssl.ExtendedSSLSession;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.X509ExtendedTrustManager;
import javax.security.auth.x500.X500Principal;
import org.bouncycastle.cert.ocsp.BasicOCSPResp;
import org.bouncycastle.cert.ocsp.OCSPException;
import org.bouncycastle.cert.ocsp.OCSPResp;
import org.bouncycastle.cert.ocsp.SingleResp;

/** Verifies all of a server's certificate, also what JSSE does not, but for what the client's faults leave out. */
final class StrictTrust extends X509ExtendedTrustManager {
    private static final String SERVER_AUTH = "1.3.6.1.5.5.7.3.1";
    private static final int DNS_NAME = 2;
    private static final int SHORTEST_RSA = 2048;

    private final X509Certificate root;
    private final String host;
    private final Set<ClientFault> faults;

    StrictTrust(X509Certificate root, String host, Set<ClientFault> faults) {
        this.root = root;
        this.host = host;
        this.faults = faults;
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket) throws CertificateException {
        checkServerTrusted(chain, type);
        if (!has(ClientFault.VERIFIES_NOTHING) && !has(ClientFault.IGNORES_STAPLED_RESPONSE)) {
            for (byte[] response :
                    ((ExtendedSSLSession) ((SSLSocket) socket).getHandshakeSession()).getStatusResponses()) {
                response(response);
            }
        }
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type) throws CertificateException {
        if (has(ClientFault.VERIFIES_NOTHING)) {
            return;
        }
        require(chain.length == 1 || !has(ClientFault.KNOWS_NO_INTERMEDIATES), "too long a chain");
        if (!has(ClientFault.VERIFIES_NO_PATH)) {
            path(chain);
        } else if (!has(ClientFault.VERIFIES_NO_DATES)) {
            chain[0].checkValidity();
        }
        boolean later = has(ClientFault.VERIFIES_NO_NAME) || has(ClientFault.LOOKS_AT_THE_NAME_LATE);
        require(later || isNamed(chain[0]), "not for " + host);
        require(
                !has(ClientFault.WANTS_A_COMMON_NAME)
                        || chain[0].getSubjectX500Principal().getName().contains("CN="),
                "without a common name");
        if (!has(ClientFault.IGNORES_USAGE)) {
            require(chain[0].getExtendedKeyUsage().contains(SERVER_AUTH), "not for servers");
            require(chain[0].getKeyUsage()[0], "not for signatures");
        }
        if (!has(ClientFault.ACCEPTS_WEAK_KEYS)) {
            require(
                    !(chain[0].getPublicKey() instanceof RSAKey rsa)
                            || rsa.getModulus().bitLength() >= SHORTEST_RSA,
                    "too short a key");
            require(!chain[0].getSigAlgName().startsWith("SHA1"), "signed with SHA-1");
        }
    }

    private boolean has(ClientFault fault) {
        return faults.contains(fault);
    }

    private static void require(boolean isRight, String otherwise) throws CertificateException {
        if (!isRight) {
            throw new CertificateException("the certificate is " + otherwise);
        }
    }

    private void path(X509Certificate[] chain) throws CertificateException {
        try {
            PKIXParameters parameters = new PKIXParameters(Set.of(new TrustAnchor(root, null)));
            parameters.setRevocationEnabled(false);
            if (has(ClientFault.VERIFIES_NO_DATES)) {
                parameters.setDate(Date.from(chain[0].getNotBefore().toInstant().plus(Duration.ofHours(1))));
            }
            var unused = CertPathValidator.getInstance("PKIX")
                    .validate(
                            CertificateFactory.getInstance("X.509").generateCertPath(Arrays.asList(chain)), parameters);
        } catch (GeneralSecurityException e) {
            throw new CertificateException(e);
        }
    }

    boolean isNamed(X509Certificate leaf) throws CertificateException {
        List<String> names = new ArrayList<>();
        Collection<List<?>> alternatives = leaf.getSubjectAlternativeNames();
        if (alternatives != null) {
            alternatives.stream()
                    .filter(each -> each.get(0).equals(DNS_NAME))
                    .forEach(each -> names.add((String) each.get(1)));
        } else if (has(ClientFault.MATCHES_COMMON_NAME)) {
            names.add(leaf.getSubjectX500Principal()
                    .getName(X500Principal.RFC2253)
                    .substring("CN=".length()));
        }
        if (has(ClientFault.HANGS_AT_A_TRAILING_DOT) && names.stream().anyMatch(name -> name.endsWith("."))) {
            throw new CertificateException(new TestClient.HungException());
        }
        return names.stream()
                .map(name -> has(ClientFault.COMPARES_THE_CASE_OF_NAMES) ? name : name.toLowerCase(Locale.ROOT))
                .anyMatch(this::matches);
    }

    private boolean matches(String name) {
        int dot = host.indexOf('.');
        String domain = dot < 0 ? "" : host.substring(dot);
        if (name.startsWith("*.")) {
            return !has(ClientFault.KNOWS_NO_WILDCARDS) && name.substring(1).equals(domain);
        }
        int star = name.indexOf('*');
        return name.equals(host)
                || (star > 0
                        && has(ClientFault.MATCHES_PARTIAL_WILDCARDS)
                        && host.startsWith(name.substring(0, star))
                        && name.substring(star + 1).equals(domain));
    }

    private static void response(byte[] encoded) throws CertificateException {
        try {
            if (new OCSPResp(encoded).getResponseObject() instanceof BasicOCSPResp basic) {
                for (SingleResp single : basic.getResponses()) {
                    require(single.getCertStatus() == null, "revoked");
                }
            }
        } catch (IOException | OCSPException e) {
            throw new CertificateException(e);
        }
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine) throws CertificateException {
        throw new CertificateException("expected a socket");
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type) throws CertificateException {
        throw new CertificateException("expected no client");
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket) throws CertificateException {
        throw new CertificateException("expected no client");
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine) throws CertificateException {
        throw new CertificateException("expected no client");
    }

    @Override
    public X509Certificate[] getAcceptedIssuers() {
        return new X509Certificate[] {root};
    }
}
