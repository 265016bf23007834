package dev.starttls.core.keys;

import java.io.IOException;
import java.security.AlgorithmParameters;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.crypto.Cipher;
import javax.crypto.EncryptedPrivateKeyInfo;
import javax.crypto.SecretKey;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;
import javax.crypto.spec.PBEParameterSpec;
import javax.security.auth.DestroyFailedException;

/**
 * Opens the private key of a PEM file: PKCS #8 (RFC 5958), encrypted with a password or not; and the formats of older programs
 * and ACME clients, "RSA PRIVATE KEY" (PKCS #1, RFC 8017) and "EC PRIVATE KEY" (SEC 1, RFC 5915), which are wrapped as PKCS #8.
 */
final class PrivateKeys {

    private static final String PKCS8 = "PRIVATE KEY";
    private static final String ENCRYPTED = "ENCRYPTED PRIVATE KEY";
    private static final String PKCS1 = "RSA PRIVATE KEY";
    private static final String SEC1 = "EC PRIVATE KEY";

    private static final byte[] RSA_ENCRYPTION = {0x2a, (byte) 0x86, 0x48, (byte) 0x86, (byte) 0xf7, 0x0d, 1, 1, 1};
    private static final byte[] EC_PUBLIC_KEY = {0x2a, (byte) 0x86, 0x48, (byte) 0xce, 0x3d, 2, 1};
    private static final byte[] NULL = {0x05, 0};
    private static final byte[] ZERO = {0};

    /** Java's names of the algorithms, by the contents of their object identifiers in Base64. */
    private static final Map<String, String> ALGORITHMS = Map.of(
            base64(RSA_ENCRYPTION),
            "RSA",
            base64(new byte[] {0x2a, (byte) 0x86, 0x48, (byte) 0x86, (byte) 0xf7, 0x0d, 1, 1, 10}),
            "RSASSA-PSS",
            base64(EC_PUBLIC_KEY),
            "EC",
            base64(new byte[] {0x2b, 0x65, 0x70}),
            "Ed25519",
            base64(new byte[] {0x2b, 0x65, 0x71}),
            "Ed448");

    /** The JDK's limit for PKCS #12; without one, opening a damaged file could take hours. */
    private static final int MAX_ITERATIONS = 5_000_000;

    private static final String REWRITE = "openssl pkcs8 -topk8 -in FILE -out NEW";

    private final String file;
    private final Optional<char[]> password;

    private PrivateKeys(String file, Optional<char[]> password) {
        this.file = file;
        this.password = password;
    }

    /** The one private key of a file; other blocks are ignored. */
    static PrivateKey open(KeyFile file, Optional<char[]> password) throws ServerKeysException {
        List<Pem.Block> blocks = Pem.blocks(file);
        try {
            List<Pem.Block> keys = blocks.stream()
                    .filter(block -> block.label.endsWith("PRIVATE KEY"))
                    .toList();
            if (keys.isEmpty()) {
                throw new ServerKeysException(
                        file.name,
                        "Expected a private key (-----BEGIN PRIVATE KEY-----), got " + Certificates.shown(blocks)
                                + " only; are the files of chain and key swapped?");
            }
            if (keys.size() > 1) {
                throw new ServerKeysException(
                        file.name,
                        "Expected one private key, got " + keys.size() + ", in lines "
                                + keys.get(0).line + " and " + keys.get(1).line
                                + "; put each in its own file, and combine them with ServerKeys.and");
            }
            return new PrivateKeys(file.name, password).open(keys.get(0));
        } finally {
            blocks.forEach(Pem.Block::wipe);
        }
    }

    private PrivateKey open(Pem.Block block) throws ServerKeysException {
        if (block.oldEncryption) {
            throw new ServerKeysException(
                    file,
                    "Expected PKCS #8, got " + block.label
                            + " with the old encryption of PEM, which Java does not support; convert it: " + REWRITE);
        }
        try {
            return switch (block.label) {
                case PKCS8 -> pkcs8(block.der);
                case ENCRYPTED -> encrypted(block.der);
                case PKCS1 -> wrapped(block.der, Der.element(Der.OBJECT_IDENTIFIER, RSA_ENCRYPTION), NULL);
                case SEC1 -> wrapped(block.der, Der.element(Der.OBJECT_IDENTIFIER, EC_PUBLIC_KEY), curve(block.der));
                default ->
                    throw new ServerKeysException(
                            file,
                            "Expected PKCS #8 (-----BEGIN PRIVATE KEY-----), got " + block.label + "; "
                                    + (block.label.startsWith("OPENSSH")
                                            ? "convert it, which rewrites the file: ssh-keygen -p -N '' -m PKCS8 -f FILE"
                                            : "convert it: " + REWRITE + " -nocrypt"));
            };
        } catch (GeneralSecurityException | RuntimeException e) {
            // Neither the cause nor its message: some show numbers of the key.
            throw new ServerKeysException(
                    file,
                    "Expected a private key that this Java can read (RSA, EC on P-256, P-384 or P-521, Ed25519, Ed448), got"
                            + " one in the block " + block.label
                            + " that it cannot; check it with openssl pkey -check -noout"
                            + " -in FILE");
        }
    }

    private PrivateKey pkcs8(byte[] der) throws GeneralSecurityException {
        Der info = new Der(der).enter(Der.SEQUENCE);
        info.enter(Der.INTEGER);
        String identifier =
                base64(info.enter(Der.SEQUENCE).enter(Der.OBJECT_IDENTIFIER).rest());
        String algorithm = ALGORITHMS.get(identifier);
        if (algorithm == null) {
            throw new InvalidKeySpecException("algorithm");
        }
        return KeyFactory.getInstance(algorithm).generatePrivate(new PKCS8EncodedKeySpec(der));
    }

    private PrivateKey wrapped(byte[] der, byte[] algorithm, byte[] parameters) throws GeneralSecurityException {
        byte[] wrapped = Der.element(
                Der.SEQUENCE,
                Der.element(Der.INTEGER, ZERO),
                Der.element(Der.SEQUENCE, algorithm, parameters),
                Der.element(Der.OCTET_STRING, der));
        try {
            return pkcs8(wrapped);
        } finally {
            Arrays.fill(wrapped, (byte) 0);
        }
    }

    /** The identifier of the curve, which is within the key in RFC 5915 section 3, and beside it in PKCS #8. */
    private byte[] curve(byte[] der) throws GeneralSecurityException {
        Der key = new Der(der).enter(Der.SEQUENCE);
        key.enter(Der.INTEGER);
        key.enter(Der.OCTET_STRING);
        return Der.element(
                Der.OBJECT_IDENTIFIER,
                key.enter(Der.CONTEXT_0).enter(Der.OBJECT_IDENTIFIER).rest());
    }

    private PrivateKey encrypted(byte[] der) throws ServerKeysException, GeneralSecurityException {
        if (password.isEmpty()) {
            throw new ServerKeysException(
                    file,
                    "Expected a private key that is not encrypted, got ENCRYPTED PRIVATE KEY and no password; pass the"
                            + " password to ServerKeys, or remove it: openssl pkey -in FILE -out NEW");
        }
        EncryptedPrivateKeyInfo info;
        SecretKeyFactory factory;
        Cipher cipher;
        int iterations;
        try {
            info = new EncryptedPrivateKeyInfo(der);
            AlgorithmParameters parameters = info.getAlgParameters();
            // PBES2 (RFC 8018) is a framework; the text of the parameters is the JDK's name of the schemes in it.
            boolean pbes2 =
                    info.getAlgName().equals("PBES2") || info.getAlgName().equals("1.2.840.113549.1.5.13");
            String algorithm = pbes2 ? parameters.toString() : info.getAlgName();
            factory = SecretKeyFactory.getInstance(algorithm);
            cipher = Cipher.getInstance(algorithm);
            iterations = parameters.getParameterSpec(PBEParameterSpec.class).getIterationCount();
        } catch (IOException | GeneralSecurityException | RuntimeException e) {
            throw new ServerKeysException(
                    file,
                    "Expected an encryption that this Java has (PBES2 with PBKDF2 and AES), got another one; encrypt the key"
                            + " anew: openssl pkcs8 -topk8 -v2 aes-256-cbc -v2prf hmacWithSHA256 -in FILE -out NEW",
                    e);
        }
        if (iterations > MAX_ITERATIONS) {
            throw new ServerKeysException(
                    file,
                    "Expected at most " + MAX_ITERATIONS + " rounds of PBKDF2, got " + iterations
                            + "; encrypt the key anew: " + REWRITE);
        }
        byte[] opened = decrypted(info, factory, cipher);
        try {
            return pkcs8(opened);
        } finally {
            Arrays.fill(opened, (byte) 0);
        }
    }

    private byte[] decrypted(EncryptedPrivateKeyInfo info, SecretKeyFactory factory, Cipher cipher)
            throws ServerKeysException {
        PBEKeySpec spec = new PBEKeySpec(password.orElseThrow());
        try {
            SecretKey secret = factory.generateSecret(spec);
            try {
                cipher.init(Cipher.DECRYPT_MODE, secret, info.getAlgParameters());
                return cipher.doFinal(info.getEncryptedData());
            } finally {
                destroy(secret);
            }
        } catch (GeneralSecurityException | RuntimeException e) {
            throw new ServerKeysException(
                    file,
                    "Expected the password of the key, got another one, or a damaged file; check it with openssl pkey -noout"
                            + " -in FILE. Java supports ASCII passwords only here");
        } finally {
            spec.clearPassword();
        }
    }

    private static void destroy(SecretKey secret) {
        try {
            secret.destroy();
        } catch (DestroyFailedException e) {
            // Some providers cannot destroy keys; nothing refers to this one any more.
        }
    }

    private static String base64(byte[] identifier) {
        return Base64.getEncoder().encodeToString(identifier);
    }
}
