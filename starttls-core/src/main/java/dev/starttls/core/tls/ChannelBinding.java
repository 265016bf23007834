package dev.starttls.core.tls;

import java.util.Optional;

/**
 * What binds an authentication to the TLS session that it takes place in (RFC 5056), so that nobody in the middle can pass it on:
 * the octets for SCRAM-SHA-256-PLUS (RFC 5802 section 6, RFC 7677) and its kin, or why there are none.
 *
 * <pre>{@code
 * ChannelBinding binding = channel.channelBinding(ChannelBinding.Type.TLS_SERVER_END_POINT);
 * if (binding instanceof ChannelBinding.Available available) {
 *     scram.plus(available.type().registeredName(), available.octets());
 * }
 * }</pre>
 *
 * <p>Both sides of a session have the same octets. They are no secret key, and are for nothing else (RFC 9266 section 4).
 */
public sealed interface ChannelBinding {

    /** A type of binding, registered with IANA. */
    enum Type {
        /**
         * The hash of the server's certificate (RFC 5929 section 4): by the hash of the certificate's own signature, or by
         * SHA-256 where that is MD5 or SHA-1. With every engine, Java and version of TLS.
         */
        TLS_SERVER_END_POINT("tls-server-end-point"),
        /**
         * Keying material of the session (RFC 9266 section 2): in TLS 1.3, and where the engine can also in TLS 1.2 with
         * extended_master_secret (RFC 7627). SunJSSE exports it in TLS 1.3, on Java 25 and newer; others by {@link
         * EngineSource#exportKeyingMaterial}.
         */
        TLS_EXPORTER("tls-exporter");

        private final String registeredName;

        Type(String registeredName) {
            this.registeredName = registeredName;
        }

        /**
         * The name in IANA's registry "Channel-Binding Types", which SCRAM sends in its header.
         *
         * @return for instance "tls-exporter"
         */
        public String registeredName() {
            return registeredName;
        }
    }

    /** Why there is no binding, as a value to compare. */
    enum Reason {
        /** There is no complete handshake: the session is in plaintext, has not come so far, or has failed. */
        NOT_ESTABLISHED,
        /** The server has no certificate, or the engine does not show it on a server. */
        NO_CERTIFICATE,
        /** The signature of the certificate has no hash function, or several: Ed25519, Ed448 (RFC 5929 section 4.1). */
        UNDEFINED_HASH,
        /**
         * The session does not have secrets of its own as RFC 9266 section 4.1 requires: it is older than TLS 1.3 and has
         * no extended_master_secret.
         */
        NOT_UNIQUE,
        /** The engine does not export keying material, or this Java has no method for it. */
        NO_EXPORTER,
        /** The engine failed. */
        FAILED
    }

    /**
     * Which type was asked for.
     *
     * @return the type
     */
    Type type();

    /**
     * The octets if there are any.
     *
     * @return a copy; empty if this is {@link Unavailable}
     */
    default Optional<byte[]> found() {
        return this instanceof Available available ? Optional.of(available.octets()) : Optional.empty();
    }

    /** There is a binding. */
    final class Available implements ChannelBinding {

        private final Type type;
        private final byte[] octets;

        Available(Type type, byte[] octets) {
            this.type = type;
            this.octets = octets;
        }

        @Override
        public Type type() {
            return type;
        }

        /**
         * What the mechanism is given as channel-binding data.
         *
         * @return a copy: 20 octets or more of a hash, 32 of an exporter
         */
        public byte[] octets() {
            return octets.clone();
        }

        /** The type and the number of octets, and nothing of what they are. */
        @Override
        public String toString() {
            return type.registeredName() + "[" + octets.length + " octets]";
        }
    }

    /**
     * There is no binding.
     *
     * @param type that was asked for
     * @param reason why
     * @param detail for people: what was expected, what is there, what to try
     */
    record Unavailable(Type type, Reason reason, String detail) implements ChannelBinding {}
}
