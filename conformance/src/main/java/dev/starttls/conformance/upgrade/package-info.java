/**
 * The checks that all protocols of lines share, ids UP-S-nn: the upgrade and what surrounds it, written once over an
 * {@link UpgradeProfile} of each protocol. A new protocol of lines brings its profile and the checks that are its own.
 */
package dev.starttls.conformance.upgrade;
