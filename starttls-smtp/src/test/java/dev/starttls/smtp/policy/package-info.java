/** Tests of policies: tables, properties, a DNS of the test's own, and servers that others wrote. */
package dev.starttls.smtp.policy;
