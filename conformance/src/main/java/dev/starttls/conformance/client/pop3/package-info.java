/** Cases for clients of POP3, and the server they are made of. */
package dev.starttls.conformance.client.pop3;
