package dev.starttls.conformance;

import dev.starttls.conformance.target.ClosestWord;
import java.lang.reflect.AnnotatedElement;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import picocli.CommandLine;
import picocli.CommandLine.MissingParameterException;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;
import picocli.CommandLine.OverwrittenOptionException;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.UnmatchedArgumentException;

/** What is wrong with a call, in sentences that say how to call the command and its sub-commands. */
final class CallErrors {
    private CallErrors() {}

    /** The sentence about a command line that cannot be parsed. */
    static String message(ParameterException error) {
        if (error instanceof UnmatchedArgumentException unmatched) {
            return unmatched(unmatched.getUnmatched().get(0), error.getCommandLine());
        }
        if (error instanceof MissingParameterException missing
                && missing.getMissing().get(0) instanceof OptionSpec option) {
            return option.longestName() + " needs a value:" + example(option);
        }
        if (error instanceof OverwrittenOptionException twice && twice.getOverwritten() instanceof OptionSpec option) {
            return option.longestName() + " is given twice";
        }
        if (!(error.getArgSpec() instanceof OptionSpec option)) {
            return error.getMessage();
        }
        return value(option)
                .map(expected -> expected + ", not '" + error.getValue() + "'")
                .orElse(error.getMessage());
    }

    /** Which values an option has, as the beginning of a sentence; empty if its type does not say it. */
    private static Optional<String> value(OptionSpec option) {
        String name = option.longestName();
        Class<?> type = option.auxiliaryTypes()[0];
        if (type.isEnum()) {
            List<String> values = StreamSupport.stream(
                            option.completionCandidates().spliterator(), false)
                    .toList();
            int last = values.size() - 1;
            return Optional.of(name + " is " + String.join(", ", values.subList(0, last)) + " or " + values.get(last));
        }
        if (option.arity().max() == 0) {
            return Optional.of(name + " has no value");
        }
        return annotated(option)
                .map(range -> name + " is " + range.min() + " to " + range.max() + range.unit())
                .or(() -> type == Long.class || type == Integer.class
                        ? Optional.of(name + " is a whole number")
                        : Optional.empty());
    }

    private static String unmatched(String argument, CommandLine commandLine) {
        CommandSpec spec = commandLine.getCommandSpec();
        if (!argument.startsWith("-")) {
            return "expected an option after '" + spec.qualifiedName() + "' and its arguments, got '" + argument
                    + "'; a value with spaces has to be quoted";
        }
        String name = argument.replaceFirst("=.*", "");
        for (CommandLine sub : commandLine.getSubcommands().values()) {
            OptionSpec option = sub.getCommandSpec().findOption(name);
            if (option != null) {
                return name + " comes after " + sub.getCommandName() + ": " + call(sub.getCommandSpec())
                        + example(option);
            }
        }
        OptionSpec option = spec.root().findOption(name);
        if (option != null) {
            return name + " is not an option of " + spec.name() + " but of the check of servers: "
                    + spec.root().name() + example(option) + " URL";
        }
        List<String> names = spec.options().stream()
                .flatMap(each -> Arrays.stream(each.names()))
                .toList();
        return "there is no option " + name
                + ClosestWord.of(name, names)
                        .map(meant -> "; did you mean " + meant + "?")
                        .orElse("; --help lists them all");
    }

    /**
     * Refuses what stands before a sub-command: it would have no effect.
     *
     * @param parsed the result of the command that has the sub-command
     */
    static void requireNothingBefore(ParseResult parsed) throws UsageException {
        CommandSpec sub = parsed.subcommand().commandSpec();
        for (OptionSpec option : parsed.matchedOptions()) {
            String name = option.longestName();
            OptionSpec own = sub.findOption(name);
            throw new UsageException(
                    own != null
                            ? name + " comes after " + sub.name() + ": " + call(sub) + example(own)
                            : name + " is not an option of " + sub.name() + "; " + sub.qualifiedName()
                                    + " --help lists those that are");
        }
        for (PositionalParamSpec before : parsed.matchedPositionals()) {
            throw new UsageException("'" + String.join(" ", before.stringValues()) + "' before " + sub.name()
                    + " is not used: write " + call(sub) + ", or leave out '" + sub.name() + "'");
        }
    }

    /**
     * Refuses a word among the targets that is likely meant for a command.
     *
     * @param commandLine the command that takes targets
     */
    static void requireTargets(Collection<String> urls, CommandLine commandLine) throws UsageException {
        for (String url : urls) {
            String neither = "'" + url + "' is neither a target nor a command; ";
            if (url.equalsIgnoreCase("help")) {
                throw new UsageException(neither + "for help write --help");
            }
            Optional<String> meant = url.matches("[A-Za-z]+")
                    ? ClosestWord.of(url, commandLine.getSubcommands().keySet())
                    : Optional.empty();
            if (meant.isPresent()) {
                throw new UsageException(
                        neither + "did you mean " + meant.get() + "? For a server of that name write smtp://" + url);
            }
        }
    }

    /**
     * Refuses numbers that are out of the ranges of their options.
     *
     * @param commandLine the command that was called, parsed
     */
    static void requireRanges(CommandLine commandLine) throws UsageException {
        for (OptionSpec option : commandLine.getCommandSpec().options()) {
            Optional<NumberRange> range = annotated(option);
            Object value =
                    option.getValue() instanceof Optional<?> optional ? optional.orElse(null) : option.getValue();
            if (range.isPresent() && value instanceof Integer number) {
                NumberRange in = range.get();
                if (number < in.min() || number > in.max()) {
                    throw new UsageException(OptionRange.message(
                            option.longestName(), in.min(), in.max(), in.unit(), number.toString()));
                }
            }
        }
    }

    private static Optional<NumberRange> annotated(ArgSpec option) {
        return option.userObject() instanceof AnnotatedElement field
                ? Optional.ofNullable(field.getAnnotation(NumberRange.class))
                : Optional.empty();
    }

    /** How a command is called: its name, and the arguments that are no options. */
    private static String call(CommandSpec spec) {
        return spec.qualifiedName()
                + spec.positionalParameters().stream()
                        .map(each -> " " + each.paramLabel())
                        .collect(Collectors.joining());
    }

    private static String example(OptionSpec option) {
        return " " + option.longestName() + (option.arity().max() == 0 ? "" : " " + option.paramLabel());
    }
}
