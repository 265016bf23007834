package dev.starttls.conformance;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** The numbers that an option may have; {@link CallErrors#requireRanges} refuses others. */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.FIELD)
@interface NumberRange {

    /** The lowest. */
    int min() default 1;

    /** The highest. */
    int max();

    /** What is counted, with a space before it; empty for nothing. */
    String unit() default "";
}
