package dev.starttls.conformance.connection;

/**
 * A connection that the peer ended without any answer to what was sent last. Times are those of {@link
 * System#nanoTime}.
 *
 * @param sent when that was sent
 * @param ended when the end was seen
 */
public record Cut(long sent, long ended) {}
