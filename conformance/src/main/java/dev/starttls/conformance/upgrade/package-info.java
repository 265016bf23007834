/**
 * The checks that all line-based protocols share, ids UP-S-nn: the upgrade and the session around it, written once over
 * the {@link UpgradeProfile} of each protocol. A new protocol needs its profile, which lists the checks of its own, its constants
 * in {@code Protocol} and {@code Scheme}, and its client in {@code Reach}: the compiler finds the places.
 */
package dev.starttls.conformance.upgrade;
