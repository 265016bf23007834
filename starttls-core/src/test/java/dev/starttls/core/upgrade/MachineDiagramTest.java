package dev.starttls.core.upgrade;

import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;

import dev.starttls.core.upgrade.UpgradeMachine.Event;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The diagram of the machine, wherever it is shown, is generated from the table. */
class MachineDiagramTest {

    private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();
    private static final String PACKAGE = "starttls-core/src/main/java/dev/starttls/core/upgrade/";
    private static final String ARROW = "--> ";

    @ParameterizedTest
    @CsvSource({
        PACKAGE + "UpgradeMachine.java, ' *   '",
        PACKAGE + "State.java, ' *   '",
        "docs/library.md, '    '",
    })
    void the_diagram_is_that_of_the_table(String file, String indent) throws IOException {
        List<String> diagram = diagram().stream().map(line -> indent + line).toList();
        List<String> lines = Files.readAllLines(ROOT.resolve(file));
        int from = 0;
        while (from < lines.size() && !shows(lines.get(from), indent)) {
            from++;
        }
        int to = from;
        while (to < lines.size() && shows(lines.get(to), indent)) {
            to++;
        }
        assertThat(from).as("the place of the diagram in %s", file).isLessThan(to);
        List<String> now = new ArrayList<>(lines.subList(0, from));
        now.addAll(diagram);
        now.addAll(lines.subList(to, lines.size()));
        Path folder = Files.createDirectories(Path.of("target", "diagrams"));
        Path written = Files.write(folder.resolve(Path.of(file).getFileName()), now);

        assertThat(lines.subList(from, to))
                .as("the diagram is made from UpgradeMachine's table: cp starttls-core/%s %s", written, file)
                .isEqualTo(diagram);
    }

    @Test
    void every_transition_is_in_the_diagram_once() {
        List<String> arcs = new ArrayList<>();
        for (String line : diagram()) {
            String[] words = line.split(" --|--> ", -1);
            for (int i = 0; i + 2 < words.length; i += 2) {
                for (String from : words[i].split(", ", -1)) {
                    arcs.add(from + " " + words[i + 1] + " " + words[i + 2]);
                }
            }
        }
        List<String> table = new ArrayList<>();
        for (State from : State.values()) {
            for (Event event : Event.values()) {
                next(from, event).ifPresent(to -> table.add(from + " " + event + " " + to));
            }
        }
        assertThat(arcs).containsExactlyInAnyOrderElementsOf(table);
    }

    private static boolean shows(String line, String indent) {
        return line.startsWith(indent)
                && line.contains(ARROW)
                && Arrays.stream(State.values()).anyMatch(state -> line.startsWith(indent + state));
    }

    /** Paths through the states, each arc once; then what leads from several states to one in which everything ends. */
    private static List<String> diagram() {
        List<String> lines = new ArrayList<>();
        Set<State> drawn = EnumSet.noneOf(State.class);
        Set<String> used = new HashSet<>();
        for (State from : State.values()) {
            for (Optional<Event> event = nextArc(from, used); event.isPresent(); event = nextArc(from, used)) {
                lines.add(path(from, event.get(), drawn, used));
            }
        }
        for (Event event : Event.values()) {
            for (State last : List.of(State.CLOSED, State.FAILED)) {
                List<State> sources = sources(event, last);
                if (sources.size() > 1) {
                    lines.add(sources.stream().map(State::name).collect(joining(", ")) + " --" + event + ARROW + last);
                }
            }
        }
        return lines;
    }

    private static String path(State first, Event along, Set<State> drawn, Set<String> used) {
        StringBuilder path = new StringBuilder(first.name());
        drawn.add(first);
        State at = first;
        Optional<Event> event = Optional.of(along);
        while (event.isPresent()) {
            used.add(at + " " + event.get());
            State to = next(at, event.get()).orElseThrow();
            path.append(" --").append(event.get()).append(ARROW).append(to);
            event = drawn.add(to) ? nextArc(to, used) : Optional.empty();
            at = to;
        }
        return path.toString();
    }

    private static Optional<Event> nextArc(State from, Set<String> used) {
        return Arrays.stream(Event.values())
                .filter(event -> !used.contains(from + " " + event))
                .filter(event -> next(from, event)
                        .filter(to -> !to.terminal() || sources(event, to).size() == 1)
                        .isPresent())
                .findFirst();
    }

    private static List<State> sources(Event event, State to) {
        return Arrays.stream(State.values())
                .filter(from -> next(from, event).equals(Optional.of(to)))
                .toList();
    }

    private static Optional<State> next(State from, Event event) {
        return new UpgradeMachine(from).onIfAllowed(event);
    }
}
