/**
 * Layer 3: a server's private keys and certificates, read once from PEM or PKCS #12 files, chosen in each handshake by the key
 * type and the name (SNI) that the client asks for, replaced while the server runs; and the certificates that a client trusts.
 *
 * <p>{@link dev.starttls.core.keys.ServerKeys} makes an {@link javax.net.ssl.SSLContext} for {@code
 * ServerSetup.sslContext} or any other server; {@link dev.starttls.core.keys.ReloadingKeys} makes one whose keys are
 * replaced by a call. {@link dev.starttls.core.keys.TrustedRoots} makes one for clients. Files are read here and in no other package below the drivers, when the application asks for it and
 * never while a connection is served. Nothing here knows of connections or of {@code upgrade}; only {@code tls} and {@code
 * line} may be imported.
 */
package dev.starttls.core.keys;
