package dev.starttls.conformance;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** The heading above an option in {@code --help}; the options after it are in the same section, up to the next heading. */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.FIELD)
@interface OptionSection {

    /** The heading, without a colon. */
    String value();
}
