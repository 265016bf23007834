/**
 * The upgrade dialogue of IMAP (RFC 9051, RFC 3501, RFC 2595, RFC 8314), both roles.
 *
 * <p>Here is what IMAP says before and after the upgrade: responses and their codes, tagged commands, literals,
 * capabilities. When octets may cross and what fails is the layer below. Only {@link dev.starttls.imap.ImapClient}, {@link
 * dev.starttls.imap.ImapConnection} and {@link dev.starttls.imap.ImapServer} know of sockets.
 */
package dev.starttls.imap;
