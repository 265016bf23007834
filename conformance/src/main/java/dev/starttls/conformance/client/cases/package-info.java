/** What a case is, what its verdict is made of, and the cases that the protocols share. */
package dev.starttls.conformance.client.cases;
