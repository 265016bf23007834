/**
 * Finds out which targets answer, with this library's own clients, all of them on one thread. It judges nothing: every
 * target that answers is checked.
 */
package dev.starttls.conformance.reach;
