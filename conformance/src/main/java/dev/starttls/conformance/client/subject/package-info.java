/** The client under test: how one run of it is started, ended, and what it says itself. */
package dev.starttls.conformance.client.subject;
