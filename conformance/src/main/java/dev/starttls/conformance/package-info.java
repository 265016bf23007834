/** The conformance suite: checks of servers, clause by clause, and the command that runs them. */
package dev.starttls.conformance;
