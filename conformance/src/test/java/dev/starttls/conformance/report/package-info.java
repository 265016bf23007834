/** Tests of the reports, over runs of the command against real, broken and missing servers, and over made-up results. */
package dev.starttls.conformance.report;
