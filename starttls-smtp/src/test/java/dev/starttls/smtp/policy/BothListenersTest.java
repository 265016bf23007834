package dev.starttls.smtp.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.starttls.core.upgrade.FailureReason;
import dev.starttls.core.upgrade.Phase;
import dev.starttls.core.upgrade.UpgradeException;
import dev.starttls.core.upgrade.UpgradeListener;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Neither keeps the other from hearing what is to be heard. */
class BothListenersTest {

    private final List<String> heard = new ArrayList<>();

    static Stream<Consumer<UpgradeListener>> calls() {
        UpgradeException why = new UpgradeException(FailureReason.NOT_OFFERED, Phase.CAPABILITY, "not offered");
        return Stream.of(
                UpgradeListener::proposed,
                listener -> listener.upgraded(null),
                listener -> listener.declined(FailureReason.NOT_OFFERED),
                listener -> listener.downgraded(null),
                listener -> listener.blocked(why),
                listener -> listener.failed(why),
                listener -> listener.uncaught(why));
    }

    /** One that says that it was called, and throws that if it is to. */
    private UpgradeListener listener(String name, boolean throwing) {
        return (UpgradeListener) java.lang.reflect.Proxy.newProxyInstance(
                getClass().getClassLoader(), new Class<?>[] {UpgradeListener.class}, (proxy, method, arguments) -> {
                    heard.add(name + " " + method.getName());
                    if (throwing) {
                        throw new IllegalStateException(name);
                    }
                    return null;
                });
    }

    @ParameterizedTest
    @MethodSource("calls")
    void both_hear_everything_once_whatever_one_of_them_throws(Consumer<UpgradeListener> call) {
        call.accept(new BothListeners(listener("first", false), listener("second", false)));
        assertThat(heard).hasSize(2);
        List<String> both = List.copyOf(heard);
        assertThat(both.get(0).replace("first", "second")).isEqualTo(both.get(1));
        for (boolean first : new boolean[] {true, false}) {
            heard.clear();
            assertThatThrownBy(
                            () -> call.accept(new BothListeners(listener("first", first), listener("second", !first))))
                    .hasMessage(first ? "first" : "second")
                    .hasNoSuppressedExceptions();
            assertThat(heard).isEqualTo(both);
        }
        heard.clear();
        assertThatThrownBy(() -> call.accept(new BothListeners(listener("first", true), listener("second", true))))
                .isInstanceOfSatisfying(IllegalStateException.class, thrown -> {
                    assertThat(thrown).hasMessage("first");
                    assertThat(thrown.getSuppressed())
                            .extracting(Throwable::getMessage)
                            .containsExactly("second");
                });
        assertThat(heard).isEqualTo(both);
    }
}
