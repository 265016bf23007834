/**
 * Tells targets that answer from those that do not, with this library's own clients, all of them on one thread. Judges
 * nothing: who answers at all is for the checks.
 */
package dev.starttls.conformance.reach;
