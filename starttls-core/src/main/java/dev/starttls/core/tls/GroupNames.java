package dev.starttls.core.tls;

import java.util.Locale;
import java.util.Optional;

/**
 * The names of groups for key exchange in IANA's registry "TLS Supported Groups" (RFC 8446 section 4.2.7), as {@link
 * TlsSettings.Builder#namedGroups} takes them and the report of an upgrade has them.
 */
public final class GroupNames {

    private GroupNames() {}

    /**
     * The name of a group.
     *
     * @param id its number; only the lower 16 bits are used
     * @return the registered name; "0x" and four digits if it is not known here
     */
    public static String of(int id) {
        return switch (id & 0xffff) {
            case 0x0001 -> "sect163k1";
            case 0x0003 -> "sect163r2";
            case 0x0006 -> "sect233k1";
            case 0x0007 -> "sect233r1";
            case 0x0009 -> "sect283k1";
            case 0x000a -> "sect283r1";
            case 0x000b -> "sect409k1";
            case 0x000c -> "sect409r1";
            case 0x000d -> "sect571k1";
            case 0x000e -> "sect571r1";
            case 0x000f -> "secp160k1";
            case 0x0010 -> "secp160r1";
            case 0x0011 -> "secp160r2";
            case 0x0012 -> "secp192k1";
            case 0x0013 -> "secp192r1";
            case 0x0014 -> "secp224k1";
            case 0x0015 -> "secp224r1";
            case 0x0016 -> "secp256k1";
            case 0x0017 -> "secp256r1";
            case 0x0018 -> "secp384r1";
            case 0x0019 -> "secp521r1";
            case 0x001a -> "brainpoolP256r1";
            case 0x001b -> "brainpoolP384r1";
            case 0x001c -> "brainpoolP512r1";
            case 0x001d -> "x25519";
            case 0x001e -> "x448";
            case 0x001f -> "brainpoolP256r1tls13";
            case 0x0020 -> "brainpoolP384r1tls13";
            case 0x0021 -> "brainpoolP512r1tls13";
            case 0x0029 -> "curveSM2";
            case 0x0100 -> "ffdhe2048";
            case 0x0101 -> "ffdhe3072";
            case 0x0102 -> "ffdhe4096";
            case 0x0103 -> "ffdhe6144";
            case 0x0104 -> "ffdhe8192";
            case 0x0200 -> "MLKEM512";
            case 0x0201 -> "MLKEM768";
            case 0x0202 -> "MLKEM1024";
            case 0x11eb -> "SecP256r1MLKEM768";
            case 0x11ec -> "X25519MLKEM768";
            case 0x11ed -> "SecP384r1MLKEM1024";
            case 0x11ee -> "curveSM2MLKEM768";
            default -> "0x" + Integer.toHexString(0x10000 | (id & 0xffff)).substring(1);
        };
    }

    /**
     * The registered name of a group that was set by another name: as NIST, X9.62 or OpenSSL call it, or with other characters
     * between letters and digits. The JDK takes registered names only, in any case.
     *
     * @param name as it was set
     * @return empty if it is the registered name itself, or is not known here
     */
    static Optional<String> registered(String name) {
        StringBuilder plain = new StringBuilder();
        name.toLowerCase(Locale.ROOT).chars().filter(Character::isLetterOrDigit).forEach(c -> plain.append((char) c));
        String found =
                switch (plain.toString()) {
                    case "p192", "nistp192", "prime192v1", "secp192r1" -> "secp192r1";
                    case "p224", "nistp224", "secp224r1" -> "secp224r1";
                    case "p256", "nistp256", "prime256v1", "secp256r1" -> "secp256r1";
                    case "p384", "nistp384", "secp384r1" -> "secp384r1";
                    case "p521", "nistp521", "secp521r1" -> "secp521r1";
                    case "x25519", "curve25519", "ecdhx25519" -> "x25519";
                    case "x448", "curve448", "ecdhx448" -> "x448";
                    case "ffdhe2048", "dh2048" -> "ffdhe2048";
                    case "ffdhe3072", "dh3072" -> "ffdhe3072";
                    case "ffdhe4096", "dh4096" -> "ffdhe4096";
                    case "ffdhe6144", "dh6144" -> "ffdhe6144";
                    case "ffdhe8192", "dh8192" -> "ffdhe8192";
                    case "mlkem512" -> "MLKEM512";
                    case "mlkem768" -> "MLKEM768";
                    case "mlkem1024" -> "MLKEM1024";
                    case "x25519mlkem768", "mlkem768x25519" -> "X25519MLKEM768";
                    case "secp256r1mlkem768", "p256mlkem768", "mlkem768p256", "mlkem768secp256r1" ->
                        "SecP256r1MLKEM768";
                    case "secp384r1mlkem1024", "p384mlkem1024", "mlkem1024p384", "mlkem1024secp384r1" ->
                        "SecP384r1MLKEM1024";
                    default -> name;
                };
        return found.equalsIgnoreCase(name) ? Optional.empty() : Optional.of(found);
    }
}
