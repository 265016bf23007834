/** Two ends of a connection in memory, moved octet by octet by a test: no sockets, no threads, no clock. */
package dev.starttls.core.testing.memory;
