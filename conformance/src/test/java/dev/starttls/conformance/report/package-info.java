/** Tests of the reports, on runs of the command against real, broken and missing servers, and on synthetic results. */
package dev.starttls.conformance.report;
