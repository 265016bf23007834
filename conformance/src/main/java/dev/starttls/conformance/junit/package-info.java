/**
 * The suite in the build of a server: checks as dynamic tests. The only package that needs JUnit, which that build
 * provides.
 */
package dev.starttls.conformance.junit;
