/** SMTP: the profile for the shared checks, and the checks of SMTP alone (RFC 5321, 3207, 8689), ids SMTP-S-nn. */
package dev.starttls.conformance.smtp;
