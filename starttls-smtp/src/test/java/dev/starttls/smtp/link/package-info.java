/** Upgrades between network namespaces, over a link at which faults are done; see {@link dev.starttls.smtp.link.RealLinkTest}. */
package dev.starttls.smtp.link;
