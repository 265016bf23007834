package dev.starttls.conformance.check;

import java.util.List;

/** A family of checks in one class: a section of an RFC, or one kind of attack. */
@FunctionalInterface
public interface Topic {
    List<Check> checks();
}
