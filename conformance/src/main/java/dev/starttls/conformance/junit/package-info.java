/**
 * The suite in a server author's own build: checks as dynamic tests. The only package that needs JUnit, which the build
 * brings along.
 */
package dev.starttls.conformance.junit;
