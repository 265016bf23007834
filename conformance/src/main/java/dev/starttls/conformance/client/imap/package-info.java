/** Cases for clients of IMAP, and the server they are made of. */
package dev.starttls.conformance.client.imap;
