/**
 * The report as one HTML file: its templates, and the values for them. Every value is made visible and escaped when it
 * is inserted.
 */
package dev.starttls.conformance.report.html;
