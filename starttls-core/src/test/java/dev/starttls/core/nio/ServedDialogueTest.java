package dev.starttls.core.nio;

import static org.assertj.core.api.Assertions.assertThat;

import dev.starttls.core.upgrade.Dialogue;
import java.lang.reflect.Method;
import org.junit.jupiter.api.Test;

class ServedDialogueTest {

    /** What has a default would else be asked of the wrapper, and never of the dialogue. */
    @Test
    void each_method_of_a_dialogue_is_passed_on() {
        for (Method method : Dialogue.class.getMethods()) {
            assertThat(ServedDialogue.class.getDeclaredMethods())
                    .as(method.toString())
                    .anySatisfy(own -> {
                        assertThat(own.getName()).isEqualTo(method.getName());
                        assertThat(own.getParameterTypes()).isEqualTo(method.getParameterTypes());
                    });
        }
    }
}
