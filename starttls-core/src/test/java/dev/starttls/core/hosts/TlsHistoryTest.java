package dev.starttls.core.hosts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TlsHistoryTest {

    private static final Instant NOON = Instant.parse("2026-03-01T12:00:00Z");
    private static final HostService MX = new HostService("mx.example.org", 25, "smtp");

    @Test
    void what_is_remembered_belongs_to_a_host_a_port_and_a_protocol() {
        TlsHistory history = TlsHistory.inMemory(10);
        history.used(new HostService("MX.example.ORG", 25, "smtp"), use(NOON));
        assertThat(history.recall(MX)).contains(use(NOON));
        assertThat(history.recall(new HostService("mx.example.org", 587, "smtp")))
                .isEmpty();
        assertThat(history.recall(new HostService("mx.example.org", 25, "imap")))
                .isEmpty();
        assertThat(history.recall(new HostService("example.org", 25, "smtp"))).isEmpty();
        history.forget(MX);
        assertThat(history.recall(MX)).isEmpty();
    }

    @Test
    void a_later_use_takes_the_place_of_the_earlier_but_for_the_time_of_the_first() {
        TlsHistory history = TlsHistory.inMemory(10);
        history.used(MX, use(NOON));
        TlsUse later = new TlsUse(hours(50), hours(50), "TLSv1.2", List.of("STARTTLS"), Optional.of("sha256/x"));
        history.used(MX, later);
        assertThat(history.recall(MX))
                .contains(new TlsUse(NOON, hours(50), "TLSv1.2", List.of("STARTTLS"), Optional.of("sha256/x")));
        history.forget(MX);
        history.used(MX, later);
        assertThat(history.recall(MX)).as("forgotten as a whole").contains(later);
    }

    @ParameterizedTest
    @CsvSource({"-1000, true", "0, true", "719, true", "720, true", "721, false", "100000, false"})
    void a_use_is_relied_on_until_the_expiry_and_if_the_clock_was_set_back(int hoursLater, boolean within) {
        assertThat(use(NOON).within(Duration.ofDays(30), hours(hoursLater))).isEqualTo(within);
        assertThat(TlsUse.DEFAULT_EXPIRY).isEqualTo(Duration.ofDays(30));
    }

    @Test
    void a_full_history_forgets_the_least_recently_used_new_host() {
        TlsHistory history = TlsHistory.inMemory(4);
        for (int i = 0; i < 4; i++) {
            history.used(host(i), use(hours(i)));
        }
        assertThat(history.recall(host(0))).isPresent();
        history.used(host(4), use(hours(4)));
        assertThat(history.recall(host(1))).isEmpty();
        assertThat(List.of(host(0), host(2), host(3), host(4)))
                .allSatisfy(host -> assertThat(history.recall(host)).isPresent());
    }

    @Test
    void a_flood_of_new_hosts_drives_out_none_that_has_lasted() {
        TlsHistory history = TlsHistory.inMemory(100);
        for (int i = 0; i < 75; i++) {
            history.used(host(i), use(NOON));
            history.used(host(i), use(hours(24)));
        }
        for (int i = 1_000; i < 3_000; i++) {
            history.used(host(i), use(hours(25)));
            history.used(host(i), use(hours(48)));
        }
        for (int i = 0; i < 75; i++) {
            assertThat(history.recall(host(i))).as("host %d", i).isPresent();
        }
        assertThat(history.recall(host(2_999))).isPresent();
    }

    @Test
    void hosts_that_have_lasted_leave_a_quarter_to_new_ones() {
        RecentTlsUses history = TlsHistory.inMemory(8);
        for (int i = 0; i < 8; i++) {
            history.used(host(i), use(NOON));
            history.used(host(i), use(hours(30)));
        }
        for (int i = 10; i < 20; i++) {
            history.used(host(i), use(hours(31)));
        }
        assertThat(history.uses().keySet())
                .containsExactly(host(18), host(19), host(2), host(3), host(4), host(5), host(6), host(7));
    }

    @Property(tries = 200)
    void it_never_holds_more_than_its_maximum_and_always_what_was_used_last(
            @ForAll @IntRange(min = 1, max = 9) int max,
            @ForAll @Size(max = 60) List<@IntRange(min = 0, max = 20) Integer> hosts,
            @ForAll @IntRange(min = 0, max = 40) int step) {
        RecentTlsUses history = TlsHistory.inMemory(max);
        int time = 0;
        for (int host : hosts) {
            time += step;
            history.used(host(host), use(hours(time)));
            assertThat(history.uses()).hasSizeLessThanOrEqualTo(max);
            assertThat(history.recall(host(host)).orElseThrow().lastUsed()).isEqualTo(hours(time));
        }
        RecentTlsUses copy = TlsHistory.inMemory(max);
        history.uses().forEach(copy::used);
        assertThat(new ArrayList<>(copy.uses().entrySet()))
                .isEqualTo(new ArrayList<>(history.uses().entrySet()));
    }

    @Test
    void values_out_of_bounds_are_refused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> TlsHistory.inMemory(0))
                .withMessage("services: expected at least 1, got 0");
        assertThatIllegalArgumentException().isThrownBy(() -> new HostService("", 25, "smtp"));
        assertThatIllegalArgumentException().isThrownBy(() -> new HostService("a", 65_536, "smtp"));
        assertThatIllegalArgumentException().isThrownBy(() -> new HostService("a", -2, "smtp"));
        assertThatIllegalArgumentException().isThrownBy(() -> new HostService("a", 25, ""));
        assertThatNullPointerException().isThrownBy(() -> new HostService(null, 25, "smtp"));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new TlsUse(hours(1), NOON, "TLSv1.3", List.of(), Optional.empty()));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> use(Instant.EPOCH.minusSeconds(1)))
                .withMessageContaining("from 1970-01-01T00:00:00Z to 9999-12-31T00:00:00Z");
        assertThatIllegalArgumentException().isThrownBy(() -> use(Instant.MAX));
        assertThatIllegalArgumentException()
                .isThrownBy(
                        () -> new TlsUse(NOON, NOON, "v".repeat(TlsUse.MAX_LENGTH + 1), List.of(), Optional.empty()))
                .withMessage("version: expected at most 200 characters, got 201");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new TlsUse(
                        NOON,
                        NOON,
                        "TLSv1.3",
                        java.util.Collections.nCopies(TlsUse.MAX_OFFERED + 1, "x"),
                        Optional.empty()));
    }

    @Test
    void the_one_that_is_none_remembers_nothing() {
        TlsHistory.NONE.used(MX, use(NOON));
        TlsHistory.NONE.forget(MX);
        assertThat(TlsHistory.NONE.recall(MX)).isEmpty();
        assertThat(MX).hasToString("mx.example.org:25 (smtp)");
    }

    private static HostService host(int number) {
        return new HostService("host" + number, 25, "smtp");
    }

    private static Instant hours(int later) {
        return NOON.plus(Duration.ofHours(later));
    }

    private static TlsUse use(Instant time) {
        return new TlsUse(time, time, "TLSv1.3", List.of(), Optional.empty());
    }
}
