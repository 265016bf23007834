/**
 * From figures to a table and pictures: what was measured as JSON, its statistics, the Markdown and the SVG made of it.
 * Measures nothing itself.
 */
package dev.starttls.benchmarks.report;
