/**
 * The checks that all line-based protocols share, ids UP-S-nn: the upgrade and the session around it, written once over
 * the {@link UpgradeProfile} of each protocol. A new protocol needs its profile and the checks of its own.
 */
package dev.starttls.conformance.upgrade;
