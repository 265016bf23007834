/**
 * From figures to tables and pictures: the results as JSON, their statistics, and the Markdown and SVG made from them.
 * It measures nothing itself.
 */
package dev.starttls.benchmarks.report;
