package dev.starttls.core.testing;

import dev.starttls.core.upgrade.ClosingReason;
import dev.starttls.core.upgrade.Dialogue;
import dev.starttls.core.upgrade.Output;
import dev.starttls.core.upgrade.Phase;
import dev.starttls.core.upgrade.Role;
import dev.starttls.core.upgrade.SessionEnd;
import dev.starttls.core.upgrade.Step;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;

/** A server of lines that answers some of them later, when the test says so. */
public final class PromisingServer implements Dialogue {

    /** How long it takes at most. */
    public static final Duration LIMIT = Duration.ofSeconds(7);

    private final Map<String, CompletableFuture<String>> promised = new LinkedHashMap<>();
    private final CountDownLatch asked = new CountDownLatch(1);
    private final List<String> taken = new ArrayList<>();
    private final List<SessionEnd> ends = new ArrayList<>();

    /** What "WAIT name" waits for, asked for before or after the line has come. */
    public synchronized CompletableFuture<String> answer(String name) {
        return promised.computeIfAbsent(name, unused -> new CompletableFuture<>());
    }

    /** Counted down when the first line that is answered later was taken. */
    public CountDownLatch asked() {
        return asked;
    }

    /** The lines that the dialogue was given, in their order. */
    public List<String> taken() {
        return taken;
    }

    /** How its session has ended. */
    public List<SessionEnd> ends() {
        return ends;
    }

    @Override
    public String protocol() {
        return "promising";
    }

    @Override
    public Role role() {
        return Role.SERVER;
    }

    @Override
    public Step opened() {
        return Step.send(Phase.GREETING, "HELLO");
    }

    @Override
    public Step received(String line) {
        taken.add(line);
        String[] words = line.split(" ", 2);
        if (words[0].equals("WAIT")) {
            asked.countDown();
        }
        return switch (words[0]) {
            case "WAIT" -> new Step.Later<>(answer(words[1]), text -> said("GOT " + words[1] + " " + text), LIMIT);
            case "QUIET" -> new Step.Later<>(answer(words[1]), text -> Step.await(phase()), LIMIT);
            case "TWICE" ->
                new Step.Later<>(
                        answer(words[1]),
                        text -> new Step.Later<>(
                                answer(words[1] + words[1]), second -> said("GOT " + text + second), LIMIT),
                        LIMIT);
            case "MAYBE" -> new Step.Later<>(answer(words[1]), text -> new Step.Proceed(List.of("GO")), LIMIT);
            case "THEN" ->
                new Step.Later<>(
                        answer(words[1]),
                        text -> {
                            throw new IllegalArgumentException(text);
                        },
                        LIMIT);
            case "UPGRADE" -> new Step.Proceed(List.of("GO"));
            case "RAW" -> new Step.Later<>(answer(words[1]), text -> new Step.Ready(List.of("YOURS")), LIMIT);
            case "BYE" -> new Step.Close(List.of("BYE"));
            default -> said("SAID " + line);
        };
    }

    @Override
    public Step secured() {
        return Step.await(Phase.RECAPABILITY);
    }

    @Override
    public Output lastLines(ClosingReason why) {
        return Output.line("LAST " + why);
    }

    @Override
    public Output injected() {
        return Output.line("INJECTED");
    }

    @Override
    public void ended(SessionEnd end) {
        ends.add(end);
    }

    private Phase phase() {
        return Phase.CAPABILITY;
    }

    private Step said(String line) {
        return Step.send(phase(), line);
    }
}
