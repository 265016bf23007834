/**
 * What a server does under load: how many upgrades it gets done, and what becomes of one loop thread when many clients come
 * at once.
 */
package dev.starttls.benchmarks.server;
