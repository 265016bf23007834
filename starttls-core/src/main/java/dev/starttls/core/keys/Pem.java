package dev.starttls.core.keys;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;

/**
 * The blocks of a PEM file (RFC 7468). As its section 2 has it for parsers: text before, between and after the blocks is
 * ignored; lines end in CRLF, LF or CR and may be of any length; blanks around them are ignored. So is a byte order mark, which
 * some editors write at the beginning. All else is strict: labels must match, and Base64 has no other characters.
 */
final class Pem {

    static final class Block {
        final String label;
        /** The line in which it begins, from 1. */
        final int line;
        /** Whether it is encrypted in the way of RFC 1421, with a key made of a password by MD5. */
        final boolean oldEncryption;

        final byte[] der;

        Block(String label, int line, boolean oldEncryption, byte[] der) {
            this.label = label;
            this.line = line;
            this.oldEncryption = oldEncryption;
            this.der = der;
        }

        void wipe() {
            Arrays.fill(der, (byte) 0);
        }
    }

    private static final byte[] BEGIN = ascii("-----BEGIN ");
    private static final byte[] END = ascii("-----END ");
    private static final byte[] DASHES = ascii("-----");
    private static final byte[] BYTE_ORDER_MARK = {(byte) 0xef, (byte) 0xbb, (byte) 0xbf};
    /** Longer than any label in use. */
    private static final int MAX_LABEL = 64;

    private final KeyFile file;
    private final List<Block> blocks = new ArrayList<>();
    private int line;
    /** Of the block that was begun; empty outside of blocks. */
    private String label = "";

    private int begun;
    private boolean oldEncryption;
    private final Base64Text text = new Base64Text();

    private Pem(KeyFile file) {
        this.file = file;
    }

    /** The blocks of a file, at least one. */
    static List<Block> blocks(KeyFile file) throws ServerKeysException {
        Pem pem = new Pem(file);
        boolean read = false;
        try {
            pem.read();
            read = true;
        } finally {
            pem.text.wipe();
            if (!read) {
                pem.blocks.forEach(Block::wipe);
            }
        }
        return pem.blocks;
    }

    private void read() throws ServerKeysException {
        byte[] octets = file.octets;
        refuseOtherFormats(octets);
        int position = startsWith(octets, 0, octets.length, BYTE_ORDER_MARK) ? BYTE_ORDER_MARK.length : 0;
        while (position < octets.length) {
            int end = position;
            while (end < octets.length && octets[end] != '\n' && octets[end] != '\r') {
                end++;
            }
            line++;
            line(position, end);
            // CRLF is one line ending, and so is each of the two alone.
            boolean pair = end + 1 < octets.length && octets[end] == '\r' && octets[end + 1] == '\n';
            position = end + (pair ? 2 : 1);
        }
        if (!label.isEmpty()) {
            throw new ServerKeysException(
                    file.name,
                    "Expected -----END " + label + "----- for the block that begins in line " + begun
                            + ", got the end of the file; was it written completely?");
        }
        if (blocks.isEmpty()) {
            throw new ServerKeysException(
                    file.name,
                    "Expected PEM, with a line such as -----BEGIN CERTIFICATE-----, got none in " + line
                            + " lines; is it the right file?");
        }
    }

    private void line(int from, int to) throws ServerKeysException {
        byte[] octets = file.octets;
        int start = from;
        int end = to;
        while (start < end && blank(octets[start])) {
            start++;
        }
        while (end > start && blank(octets[end - 1])) {
            end--;
        }
        if (startsWith(octets, start, end, BEGIN)) {
            if (!label.isEmpty()) {
                throw new ServerKeysException(
                        file.name,
                        "Expected -----END " + label + "----- for the block that begins in line " + begun
                                + ", got another -----BEGIN in line " + line + "; is something missing in between?");
            }
            label = label(start + BEGIN.length, end);
            begun = line;
            oldEncryption = false;
        } else if (startsWith(octets, start, end, END)) {
            String ended = label(start + END.length, end);
            if (!ended.equals(label)) {
                throw new ServerKeysException(
                        file.name,
                        "Expected " + (label.isEmpty() ? "-----BEGIN" : "-----END " + label + "-----")
                                + ", got -----END " + ended + "----- in line " + line
                                + "; is something missing in between?");
            }
            end();
        } else if (!label.isEmpty()) {
            content(start, end);
        }
    }

    /** Takes a line of Base64, or a header before it (RFC 1421 section 4.6), which has a colon. */
    private void content(int start, int end) {
        boolean header = false;
        for (int i = start; i < end && !header; i++) {
            header = file.octets[i] == ':';
        }
        if (header && text.isEmpty()) {
            oldEncryption |= startsWith(file.octets, start, end, ascii("Proc-Type:"));
            return;
        }
        for (int i = start; i < end; i++) {
            if (!blank(file.octets[i])) {
                text.write(file.octets[i]);
            }
        }
    }

    private void end() throws ServerKeysException {
        try {
            byte[] der = text.decode();
            if (der.length == 0) {
                throw new IllegalArgumentException("empty");
            }
            blocks.add(new Block(label, begun, oldEncryption, der));
        } catch (IllegalArgumentException e) {
            // Neither the cause nor its message: they would show a character of the block, which may be of a key.
            throw new ServerKeysException(
                    file.name,
                    "Expected Base64 in the block " + label + " that begins in line " + begun
                            + ", got something else; was it truncated or edited?");
        }
        text.wipe();
        label = "";
    }

    private String label(int start, int end) throws ServerKeysException {
        int length = end - start - DASHES.length;
        boolean good = length > 0 && length <= MAX_LABEL && startsWith(file.octets, end - DASHES.length, end, DASHES);
        for (int i = start; good && i < start + length; i++) {
            byte c = file.octets[i];
            good = (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == ' ' || c == '.' || c == '#';
        }
        if (!good) {
            throw new ServerKeysException(
                    file.name,
                    "Expected -----BEGIN and -----END on lines of their own, each with a label and five hyphens at its"
                            + " end, got something else in line " + line + "; were line ends lost, or written as \\n?");
        }
        return new String(file.octets, start, length, StandardCharsets.ISO_8859_1);
    }

    private void refuseOtherFormats(byte[] octets) throws ServerKeysException {
        if (file.looksLikeDer()) {
            throw new ServerKeysException(
                    file.name,
                    "Expected PEM, which is text, got DER; convert a certificate with openssl x509 -inform DER -in FILE -out"
                            + " FILE.pem, a key with openssl pkey -inform DER -in FILE -out FILE.pem, or read a PKCS #12"
                            + " store with ServerKeys.pkcs12");
        }
        int first = octets.length < 2 ? 0 : ((octets[0] & 0xff) << 8) | (octets[1] & 0xff);
        if (first == 0xfeff || first == 0xfffe) {
            throw new ServerKeysException(
                    file.name, "Expected ASCII or UTF-8, got UTF-16; save it in another encoding");
        }
    }

    private static boolean startsWith(byte[] octets, int start, int end, byte[] prefix) {
        return start >= 0
                && end - start >= prefix.length
                && Arrays.equals(octets, start, start + prefix.length, prefix, 0, prefix.length);
    }

    private static boolean blank(byte octet) {
        return octet == ' ' || octet == '\t' || octet == '\f' || octet == 0x0b;
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    /** Text that can be overwritten. */
    private static final class Base64Text extends ByteArrayOutputStream {

        Base64Text() {
            // Enough for an RSA key of 4,096 bits without growing, which would leave copies of the text in memory.
            super(4_096);
        }

        boolean isEmpty() {
            return count == 0;
        }

        byte[] decode() {
            byte[] copy = toByteArray();
            try {
                return Base64.getDecoder().decode(copy);
            } finally {
                Arrays.fill(copy, (byte) 0);
            }
        }

        void wipe() {
            Arrays.fill(buf, (byte) 0);
            reset();
        }
    }
}
