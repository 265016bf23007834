/** What a check is, its verdict, and what it works with. The packages of the protocols and of TLS add their topics. */
package dev.starttls.conformance.check;
