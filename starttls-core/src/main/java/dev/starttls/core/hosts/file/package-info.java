/**
 * What is remembered of hosts, in files. Beside the layers that do no I/O: it reads and writes files, takes locks of them, and
 * imports {@code hosts} and nothing else of this library; nothing imports it. No thread and no clock.
 */
package dev.starttls.core.hosts.file;
