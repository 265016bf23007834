/** The upgrade dialogue of IMAP, both roles. */
package dev.starttls.imap;
