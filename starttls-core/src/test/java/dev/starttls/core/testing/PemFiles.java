package dev.starttls.core.testing;

import java.io.IOException;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.PrivateKey;
import java.security.interfaces.ECPrivateKey;
import java.util.List;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.openssl.jcajce.JcaPEMWriter;
import org.bouncycastle.util.io.pem.PemObject;

/** Certificates and keys as the files that other programs read. */
public final class PemFiles {

    private PemFiles() {}

    /** Writes certificates and private keys (PKCS #8), one after the other. */
    public static Path write(Path file, List<?> objects) throws IOException {
        StringWriter text = new StringWriter();
        try (JcaPEMWriter pem = new JcaPEMWriter(text)) {
            for (Object object : objects) {
                pem.writeObject(
                        object instanceof PrivateKey key ? new PemObject("PRIVATE KEY", key.getEncoded()) : object);
            }
        }
        return Files.writeString(file, text.toString());
    }

    /** GnuTLS takes a key of an elliptic curve only if the public key is in it too, which Java leaves out. */
    public static Object withPublicKey(TestCertificates.Issued identity) throws IOException {
        if (!(identity.key() instanceof ECPrivateKey ec)) {
            return identity.key();
        }
        PrivateKeyInfo bare = PrivateKeyInfo.getInstance(ec.getEncoded());
        SubjectPublicKeyInfo known =
                SubjectPublicKeyInfo.getInstance(identity.leaf().getPublicKey().getEncoded());
        var whole = new org.bouncycastle.asn1.sec.ECPrivateKey(
                ec.getParams().getOrder().bitLength(), ec.getS(), known.getPublicKeyData(), null);
        return new PemObject("PRIVATE KEY", new PrivateKeyInfo(bare.getPrivateKeyAlgorithm(), whole).getEncoded());
    }
}
