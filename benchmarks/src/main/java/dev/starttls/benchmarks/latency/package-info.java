/**
 * The latency that an upgrade adds: the clients that upgrade, this library's and its peers', and the rounds in which they
 * take turns.
 *
 * <p>Single upgrades are measured in pairs and not by the harness, which runs one benchmark after the other for minutes:
 * on a machine that others use, or whose clock changes, the second then has another machine than the first. Here every
 * round has each contestant once, in an order of its own, and ratios are made from contestants of the same rounds. The
 * harness is for profiles of one of them: {@link dev.starttls.benchmarks.latency.UpgradeLatency}.
 */
package dev.starttls.benchmarks.latency;
