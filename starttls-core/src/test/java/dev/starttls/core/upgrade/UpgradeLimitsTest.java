package dev.starttls.core.upgrade;

import static dev.starttls.core.upgrade.Connections.client;
import static dev.starttls.core.upgrade.Connections.clientSettings;
import static dev.starttls.core.upgrade.Connections.server;
import static dev.starttls.core.upgrade.Connections.serverSettings;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.lang.reflect.Method;
import java.lang.reflect.RecordComponent;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Each bound can be raised by itself, and the message of one that is exceeded says how. */
class UpgradeLimitsTest {

    private static final UpgradeLimits SMALL =
            new UpgradeLimits(100, 5, 300, Duration.ofSeconds(3), Duration.ofSeconds(10), Duration.ZERO);
    private static final Pattern SETTING =
            Pattern.compile("raise the bound: (\\w+)\\(\\.\\.\\.\\)( of the UpgradeLimits that are given by limits|$)");
    /** What a client's setting of the time for a connection and for each phase is called. */
    private static final Map<String, String> OF_CLIENTS = Map.of("timeout", "withTimePerPhase");

    @ParameterizedTest
    @MethodSource("components")
    void each_bound_has_a_method_that_changes_it_alone(RecordComponent changed) throws Exception {
        Object value = changed.getType() == int.class ? (Object) 150 : Duration.ofSeconds(7);
        Method with = UpgradeLimits.class.getMethod(wither(changed.getName()), changed.getType());
        UpgradeLimits after = (UpgradeLimits) with.invoke(SMALL, value);
        for (RecordComponent each : UpgradeLimits.class.getRecordComponents()) {
            assertThat(each.getAccessor().invoke(after))
                    .as(each.getName())
                    .isEqualTo(
                            each.getName().equals(changed.getName())
                                    ? value
                                    : each.getAccessor().invoke(SMALL));
        }
    }

    @Test
    void the_least_of_each_bound_is_taken_and_less_is_refused() {
        Duration least = Duration.ofNanos(1);
        UpgradeLimits smallest = new UpgradeLimits(64, 1, 64, least, least, Duration.ZERO);
        for (ThrowingCallable less : List.<ThrowingCallable>of(
                () -> smallest.withLineOctets(63),
                () -> smallest.withLinesPerPhase(0),
                () -> smallest.withOctetsPerPhase(63),
                () -> smallest.withTimePerPhase(Duration.ZERO),
                () -> smallest.withTimePerPhase(least.negated()),
                () -> smallest.withTimePerCommand(Duration.ZERO),
                () -> smallest.withTimePerCommand(least.negated()),
                () -> smallest.withTimeToClose(least.negated()))) {
            assertThatIllegalArgumentException().isThrownBy(less).withMessageContaining("expected");
        }
        assertThat(smallest.withLineOctets(65).octetsPerPhase()).isEqualTo(65);
    }

    @Test
    void a_time_that_a_clock_cannot_express_becomes_the_longest_that_it_can() {
        Duration longest = UpgradeLimits.MAX_TIME;
        Duration longer = longest.plusNanos(1);
        assertThat(SMALL.withTimePerPhase(longer).timePerPhase()).isEqualTo(longest);
        assertThat(SMALL.withTimePerCommand(longer).timePerCommand()).isEqualTo(longest);
        assertThat(SMALL.withTimeToClose(longer).timeToClose()).isEqualTo(longest);
        Duration shorter = longest.minusNanos(1);
        assertThat(SMALL.withTimePerPhase(shorter).timePerPhase()).isEqualTo(shorter);
    }

    @Test
    void the_time_for_an_answer_of_this_side_is_bounded_in_the_same_way() {
        for (Duration wrong : List.of(Duration.ZERO, Duration.ofNanos(-1))) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> later(wrong))
                    .withMessageContaining("limit: expected a positive time");
        }
        assertThat(later(Duration.ofNanos(1)).limit()).isEqualTo(Duration.ofNanos(1));
        assertThat(later(UpgradeLimits.MAX_TIME.plusNanos(1)).limit()).isEqualTo(UpgradeLimits.MAX_TIME);
    }

    private static Step.Later<String> later(Duration limit) {
        return new Step.Later<>(new CompletableFuture<>(), answer -> Step.ready(), limit);
    }

    @Test
    void the_message_of_each_bound_names_the_method_that_raises_it() throws Exception {
        List<String> named = new ArrayList<>();
        for (UpgradeException why : List.of(
                failure("x".repeat(101)),
                failure("HELLO there\r\n" + "CAP X\r\n".repeat(6)),
                failure("HELLO there\r\n" + ("CAP " + "X".repeat(94) + "\r\n").repeat(4)),
                greetingTimeout(),
                silentAfterItsFirstCommand())) {
            Matcher setting = SETTING.matcher(why.getMessage());
            assertThat(setting.find()).as(why.getMessage()).isTrue();
            String name = OF_CLIENTS.getOrDefault(setting.group(1), setting.group(1));
            assertThat(UpgradeLimits.class.getMethods())
                    .extracting(Method::getName)
                    .contains(name);
            named.add(name);
        }
        assertThat(named)
                .containsExactlyElementsOf(components()
                        .map(RecordComponent::getName)
                        // No message is about close_notify: its wait ends in silence.
                        .filter(name -> !name.equals("timeToClose"))
                        .map(UpgradeLimitsTest::wither)
                        .toList());
    }

    /** The README shows it as what a failure says. */
    @Test
    void the_readme_shows_the_message_of_a_timeout_as_it_is() throws Exception {
        String readme = Files.readString(Path.of("..", "README.md")).replaceAll("\\s+", " ");
        String message = greetingTimeout().getMessage();
        // The example is of SMTP, whose port for implicit TLS is 465.
        assertThat(readme).contains(message.replace("an implicit-TLS port", "an implicit-TLS port (465)"));
    }

    /** What a client fails with to which a server sends this. */
    private static UpgradeException failure(String sent) throws IOException {
        UpgradeConnection client = client(clientSettings(TlsPolicy.REQUIRED).withLimits(SMALL));
        client.begin(0);
        return catchThrowableOfType(
                UpgradeException.class, () -> client.receive(Connections.octets(sent), Connections.NOTHING));
    }

    private static UpgradeException greetingTimeout() throws IOException {
        UpgradeConnection client = client(clientSettings(TlsPolicy.REQUIRED).withLimits(SMALL));
        client.begin(0);
        return timeout(client, SMALL.timePerPhase());
    }

    private static UpgradeException silentAfterItsFirstCommand() throws IOException {
        UpgradeConnection server =
                server(serverSettings(TlsPolicy.OPPORTUNISTIC).withLimits(SMALL));
        server.begin(0);
        server.receive(Connections.octets("CAPS\r\n"), Connections.NOTHING);
        return timeout(server, SMALL.timePerCommand());
    }

    private static UpgradeException timeout(UpgradeConnection connection, Duration time) {
        return catchThrowableOfType(UpgradeException.class, () -> connection.tick(time.toNanos()));
    }

    private static Stream<RecordComponent> components() {
        return Arrays.stream(UpgradeLimits.class.getRecordComponents());
    }

    private static String wither(String component) {
        return "with" + component.substring(0, 1).toUpperCase(Locale.ROOT) + component.substring(1);
    }
}
