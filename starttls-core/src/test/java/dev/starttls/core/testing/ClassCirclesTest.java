package dev.starttls.core.testing;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.importer.ClassFileImporter;
import org.junit.jupiter.api.Test;

class ClassCirclesTest {

    @Test
    void a_circle_of_three_is_found_through_nested_classes_and_one_of_two_is_not_counted() {
        assertThat(ClassCircles.ofMoreThanTwo(new ClassFileImporter()
                        .importClasses(
                                CircleFirst.class,
                                CircleSecond.class,
                                CircleSecond.Nested.class,
                                CircleThird.class,
                                CirclePair.class)))
                .containsExactly(
                        CircleFirst.class.getName(), CircleSecond.class.getName(), CircleThird.class.getName());
    }
}

record CircleFirst(CircleSecond second, CirclePair pair) {}

record CircleSecond() {
    record Nested(CircleThird third) {}
}

record CircleThird(CircleFirst first) {}

record CirclePair(CircleFirst first) {}
