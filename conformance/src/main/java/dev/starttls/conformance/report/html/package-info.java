/**
 * The report as one HTML file. Templates lay out, the values they are given are made here, and everything that is put
 * into a template is made visible and escaped on its way.
 */
package dev.starttls.conformance.report.html;
