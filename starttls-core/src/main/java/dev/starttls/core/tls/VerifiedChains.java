package dev.starttls.core.tls;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.cert.Certificate;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.WeakHashMap;

/**
 * The servers' certificates that were verified in a full handshake, for each cache that sessions are resumed from. A resumed
 * handshake verifies nothing, and does not show whether the first one did; but the peer of a session has proved that it has the
 * certificate's key, so it is enough that this certificate was once verified for this server.
 */
final class VerifiedChains {

    /** The number of sessions that SunJSSE and netty-tcnative keep by default: what they forget need not be known here. */
    private static final int MAX = 20_480;

    /** By {@link javax.net.ssl.SSLSessionContext}, or by the source of engines if their sessions have none. */
    private static final Map<Object, Map<Key, Boolean>> BY_CACHE = new WeakHashMap<>();

    private VerifiedChains() {}

    /** Half of a hash of host and certificates. */
    private record Key(long high, long low) {}

    static void add(Object cache, String host, List<Certificate> chain) throws GeneralSecurityException {
        Key key = key(host, chain);
        synchronized (BY_CACHE) {
            BY_CACHE.computeIfAbsent(cache, unused -> new Recent()).put(key, true);
        }
    }

    static boolean contain(Object cache, String host, List<Certificate> chain) throws GeneralSecurityException {
        Key key = key(host, chain);
        synchronized (BY_CACHE) {
            Map<Key, Boolean> known = BY_CACHE.get(cache);
            // Not containsKey, which does not count as a use.
            return known != null && known.get(key) != null;
        }
    }

    private static Key key(String host, List<Certificate> chain) throws GeneralSecurityException {
        MessageDigest digest = MessageDigest.getInstance("SHA-256");
        digest.update(host.getBytes(StandardCharsets.UTF_8));
        for (Certificate certificate : chain) {
            byte[] encoded = certificate.getEncoded();
            digest.update(ByteBuffer.allocate(Long.BYTES).putLong(0, encoded.length));
            digest.update(encoded);
        }
        ByteBuffer hash = ByteBuffer.wrap(digest.digest());
        return new Key(hash.getLong(), hash.getLong());
    }

    private static final class Recent extends LinkedHashMap<Key, Boolean> {

        private static final long serialVersionUID = 1L;

        Recent() {
            super(16, 0.75f, true);
        }

        @Override
        protected boolean removeEldestEntry(Map.Entry<Key, Boolean> eldest) {
            return size() > MAX;
        }
    }
}
