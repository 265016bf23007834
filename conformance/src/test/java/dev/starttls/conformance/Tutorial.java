package dev.starttls.conformance;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a reader of a tutorial does, in order: the fenced blocks of its Markdown.
 *
 * <ul>
 *   <li>A block after a line that ends in a name, as {@code `Client.java`:}, is that file.
 *   <li>A block {@code sh} is run; a block {@code text} that follows it is what it prints.
 *   <li>A block {@code xml} is a dependency for the reader's build.
 * </ul>
 */
record Tutorial(List<Step> steps) {

    private static final Pattern BLOCK = Pattern.compile("(?m)^```(\\w*)\n((?s:.*?))^```$");
    private static final Pattern FENCE = Pattern.compile("(?m)^\\s*(```|~~~)");
    private static final Pattern FILE = Pattern.compile("`([\\w.-]+)`:$");

    /** What a reader does with a block. */
    sealed interface Step {}

    /** A file that the reader makes, or replaces. */
    record WriteFile(String name, String text) implements Step {}

    /**
     * Lines for the shell.
     *
     * @param printed what is shown of its output; empty where nothing is
     */
    record Run(String commands, Optional<String> printed) implements Step {}

    /** A dependency of the reader's POM. */
    record Build(String xml) implements Step {}

    /**
     * Reads a tutorial.
     *
     * @param replaced what is another here than on the page: ports that may not be free
     * @throws IllegalArgumentException if it is not known what a reader does with a block
     */
    static Tutorial read(Path page, Map<String, String> replaced) throws IOException {
        String text = Files.readString(page);
        for (Map.Entry<String, String> each : replaced.entrySet()) {
            text = text.replaceAll("(?<!\\d)" + Pattern.quote(each.getKey()) + "(?!\\d)", each.getValue());
        }
        List<Step> steps = new ArrayList<>();
        Matcher blocks = BLOCK.matcher(text);
        int end = 0;
        while (blocks.find()) {
            String before = text.substring(end, blocks.start()).strip();
            expectNoFence(page, before);
            steps.add(step(before, blocks.group(1), blocks.group(2), steps));
            end = blocks.end();
        }
        expectNoFence(page, text.substring(end));
        return new Tutorial(List.copyOf(steps));
    }

    private static void expectNoFence(Path page, String between) {
        if (FENCE.matcher(between).find()) {
            throw new IllegalArgumentException("Expected each block of " + page
                    + " between two lines that begin with ```, got a fence of another form, which nobody would follow, in:\n"
                    + between);
        }
    }

    /** The step of a block; one that shows output takes the place of the step before. */
    private static Step step(String before, String language, String text, List<Step> steps) {
        Matcher file = FILE.matcher(before);
        if (file.find()) {
            return new WriteFile(file.group(1), text);
        }
        if (language.equals("sh")) {
            return new Run(text, Optional.empty());
        }
        if (language.equals("xml")) {
            return new Build(text);
        }
        int last = steps.size() - 1;
        if (language.equals("text")
                && last >= 0
                && steps.get(last) instanceof Run run
                && run.printed().isEmpty()) {
            steps.remove(last);
            return new Run(run.commands(), Optional.of(text));
        }
        throw new IllegalArgumentException(
                "Expected the name of a file before a block, lines for the shell, or their output, got " + "\"```"
                        + language + "\" after \"" + before.substring(Math.max(0, before.length() - 80)) + "\"");
    }

    /**
     * The output that is shown, as a pattern: {@code ...} is any text, on a line of its own any number of lines, and a time is any time.
     */
    static Pattern pattern(String printed) {
        StringBuilder pattern = new StringBuilder();
        for (String line : printed.stripTrailing().split("\n", -1)) {
            if (line.strip().equals("...")) {
                pattern.append("(?:.*\n)*?");
                continue;
            }
            String quoted = Pattern.quote(line.stripTrailing()).replace("...", "\\E.*\\Q");
            pattern.append(quoted.replaceAll("\\b[0-9]+(\\.[0-9]+)? (s|ms)\\b", "\\\\E[0-9.]+\\\\Q $2"))
                    .append(" *\n");
        }
        return Pattern.compile(pattern.toString());
    }
}
