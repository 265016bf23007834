/** SMTP: the catalogue's rows SMTP-S-01 to SMTP-S-26 (RFC 5321, 3207, 4954, 2920, 8314, 8689), a class per topic. */
package dev.starttls.conformance.smtp;
