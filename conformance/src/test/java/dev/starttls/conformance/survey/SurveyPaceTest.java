package dev.starttls.conformance.survey;

import static org.assertj.core.api.Assertions.assertThat;

import dev.starttls.conformance.reach.ConnectionRate;
import dev.starttls.conformance.target.Target;
import dev.starttls.conformance.target.TargetException;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SurveyPaceTest {
    private final AtomicLong clock = new AtomicLong(Long.MAX_VALUE - 5);
    private SurveyPace pace = new SurveyPace(ConnectionRate.unlimited(), Duration.ZERO, clock::get);

    private static Target target(String url) {
        try {
            return Target.parse(url);
        } catch (TargetException e) {
            throw new IllegalArgumentException(e);
        }
    }

    private Duration turn(String url) {
        return pace.turn(target(url));
    }

    private void heard(String url, SurveyStatus status) {
        pace.heard(new SurveyResult(
                target(url), Instant.EPOCH, Duration.ZERO, status, Optional.empty(), Optional.empty()));
    }

    private void pass(Duration time) {
        clock.addAndGet(time.toNanos());
    }

    @Test
    void so_many_in_a_second_are_asked_in_all() {
        pace = new SurveyPace(ConnectionRate.every(Duration.ofMillis(100), clock::get), Duration.ZERO, clock::get);
        assertThat(turn("smtp://a")).isZero();
        assertThat(turn("smtp://b")).isEqualTo(Duration.ofMillis(100));
        pass(Duration.ofMillis(100));
        assertThat(turn("smtp://b")).isZero();
        assertThat(turn("smtp://c")).isEqualTo(Duration.ofMillis(100));
    }

    @Test
    void a_host_is_asked_at_its_own_rate_and_others_do_not_wait_for_it() {
        pace = new SurveyPace(ConnectionRate.unlimited(), Duration.ofSeconds(1), clock::get);
        assertThat(turn("smtp://a:25")).isZero();
        assertThat(turn("smtp://A:587")).isEqualTo(Duration.ofSeconds(1));
        assertThat(turn("smtp://b:25")).isZero();
        pass(Duration.ofSeconds(1));
        assertThat(turn("smtp://a:587")).isZero();
    }

    @Test
    void an_operator_who_turns_us_away_is_asked_more_slowly_and_then_taken_up_again() {
        heard("smtp://mx1.mail.example.org", SurveyStatus.TURNED_AWAY);
        assertThat(pace.slowed()).isEqualTo(1);
        assertThat(turn("smtp://mx2.example.org")).isEqualTo(Duration.ofSeconds(1));
        assertThat(turn("smtp://mx2.example.net")).isZero();
        heard("smtp://mx1.mail.example.org", SurveyStatus.TURNED_AWAY);
        assertThat(turn("smtp://192.0.2.1#mx3.example.org")).isEqualTo(Duration.ofSeconds(2));
        pass(Duration.ofSeconds(2));
        assertThat(turn("smtp://mx2.example.org")).isZero();
        assertThat(turn("smtp://mx4.example.org")).isEqualTo(Duration.ofSeconds(2));
        heard("smtp://mx2.example.org", SurveyStatus.SUCCESS);
        heard("smtp://mx2.example.org", SurveyStatus.NO_STARTTLS);
        assertThat(pace.slowed()).isZero();
        assertThat(turn("smtp://mx4.example.org")).isZero();
    }

    @Test
    void a_refused_connection_slows_only_who_has_answered_before() {
        heard("smtp://192.0.2.1", SurveyStatus.CONNECTION_REFUSED);
        assertThat(turn("smtp://192.0.2.1:587")).isZero();
        heard("smtp://192.0.2.1", SurveyStatus.SUCCESS);
        heard("smtp://192.0.2.1", SurveyStatus.CONNECTION_REFUSED);
        assertThat(turn("smtp://192.0.2.1:587")).isEqualTo(Duration.ofSeconds(1));
    }

    @Test
    void the_pause_has_a_maximum() {
        for (int i = 0; i < 100; i++) {
            heard("smtp://192.0.2.1", SurveyStatus.TURNED_AWAY);
        }
        assertThat(turn("smtp://192.0.2.1")).isEqualTo(Duration.ofMinutes(2));
    }

    @ParameterizedTest
    @CsvSource({
        "mx.example.org, example.org",
        "a.b.c.example.org, example.org",
        "mx.example.co.uk, example.co.uk",
        "localhost, localhost",
        "example.de, example.de",
        "mx.example.de, example.de",
        "MX.Example.ORG, example.org",
    })
    void the_registered_part_of_a_name(String name, String registered) {
        assertThat(SurveyPace.registered(name)).isEqualTo(registered);
    }
}
