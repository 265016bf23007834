package dev.starttls.smtp;

/** What a client does when the server does not know EHLO (500, 502) and the session may go on without STARTTLS. */
public enum HeloFallback {
    /** It says HELO, as RFC 5321 section 3.2 has it for servers without extensions. */
    ALLOWED,
    /** It gives up. */
    NEVER
}
