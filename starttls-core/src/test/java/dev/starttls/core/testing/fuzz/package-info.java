/**
 * What fuzz targets share: the input as choices, and the drivers with their oracles. A driver is given what it drives, so that
 * a test can show with a deliberate fault that each oracle finds what it is for.
 */
package dev.starttls.core.testing.fuzz;
