package dev.starttls.core.upgrade;

/** What a server does with octets that a client sent in the clear behind the upgrade command. It never keeps them. */
public enum InjectionResponse {
    /** It refuses the upgrade and closes. */
    FAIL,
    /** It throws them away and goes on, as some servers have done since CVE-2011-0411. */
    DISCARD
}
