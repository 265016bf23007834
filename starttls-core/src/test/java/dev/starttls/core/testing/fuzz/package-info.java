/**
 * What fuzz targets share: the input as choices, and the drivers with their oracles. A driver is given its subject, so
 * that a test can show with a faulty one that each oracle finds what it is for.
 */
package dev.starttls.core.testing.fuzz;
