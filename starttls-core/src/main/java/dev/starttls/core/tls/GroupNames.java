package dev.starttls.core.tls;

/** The names of groups in IANA's registry "TLS Supported Groups" (RFC 8446 section 4.2.7), those that engines negotiate. */
final class GroupNames {

    private GroupNames() {}

    /**
     * The name of a group.
     *
     * @param id its number, of which the lower 16 bits count
     * @return "0x" and four digits if it is none of these
     */
    static String of(int id) {
        return switch (id & 0xffff) {
            case 0x0009 -> "sect283k1";
            case 0x000a -> "sect283r1";
            case 0x000b -> "sect409k1";
            case 0x000c -> "sect409r1";
            case 0x000d -> "sect571k1";
            case 0x000e -> "sect571r1";
            case 0x0013 -> "secp192r1";
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
}
