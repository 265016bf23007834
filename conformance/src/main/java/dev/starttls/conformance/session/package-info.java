/**
 * What the sessions of all protocols have in common: the stages on the way into TLS, the session before the checks, and
 * what a server does when the way ends badly. Knows no protocol; each brings its {@link Talk}.
 */
package dev.starttls.conformance.session;
