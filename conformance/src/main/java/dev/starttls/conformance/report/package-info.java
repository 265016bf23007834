/** The reports: text and HTML for people, JSON and JUnit XML for programs. */
package dev.starttls.conformance.report;
