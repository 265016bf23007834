/**
 * A domain and its servers: which they are by the DNS, the rules about both ({@code DNS-S-nn}), and the matrix of servers by checks. It
 * stands on reports of the servers, which others make, and connects to none of them itself.
 */
package dev.starttls.conformance.domain;
