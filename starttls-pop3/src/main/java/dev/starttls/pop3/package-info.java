/** The upgrade dialogue of POP3, both roles. */
package dev.starttls.pop3;
