/** Cases for clients of SMTP, and the server they are made of. */
package dev.starttls.conformance.client.smtp;
