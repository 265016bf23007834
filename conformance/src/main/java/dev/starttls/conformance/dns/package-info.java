/** The DNS by dnsjava, and whose word on signatures is believed. Knows targets and checks not. */
package dev.starttls.conformance.dns;
