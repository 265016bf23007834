/**
 * Recommendations that ask more than the RFCs, such as those of a national authority, as rules in files. A profile judges the
 * report of a target, from what the checks found; it makes no connection of its own.
 */
package dev.starttls.conformance.profile;
