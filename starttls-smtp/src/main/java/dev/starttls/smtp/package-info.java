/** The upgrade dialogue of SMTP, both roles. */
package dev.starttls.smtp;
