package dev.starttls.conformance;

import java.lang.reflect.AnnotatedElement;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine;
import picocli.CommandLine.Help;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.UsageMessageSpec;

/** The options of {@code --help} under the headings that {@link OptionSection} gives them. */
final class SectionedHelp {
    private static final String FIRST = "Options";

    private SectionedHelp() {}

    /** Has a command and its sub-commands print their options so. */
    static void on(CommandLine commandLine) {
        commandLine.getHelpSectionMap().put(UsageMessageSpec.SECTION_KEY_OPTION_LIST_HEADING, help -> "");
        commandLine.getHelpSectionMap().put(UsageMessageSpec.SECTION_KEY_OPTION_LIST, SectionedHelp::print);
        commandLine.getSubcommands().values().forEach(SectionedHelp::on);
    }

    private static String print(Help help) {
        StringBuilder text = new StringBuilder();
        sections(help.commandSpec().options()).forEach((heading, options) -> text.append(text.length() == 0 ? "" : "%n")
                .append(heading)
                .append(":%n")
                .append(help.optionListExcludingGroups(options).replace("%", "%%")));
        return String.format(text.toString());
    }

    /** The headings, each by the first option of its section. */
    static Map<String, String> headings(CommandSpec command) {
        Map<String, String> headings = new LinkedHashMap<>();
        sections(command.options())
                .forEach((heading, options) -> headings.put(options.get(0).longestName(), heading));
        return headings;
    }

    private static Map<String, List<OptionSpec>> sections(List<OptionSpec> options) {
        Map<String, List<OptionSpec>> sections = new LinkedHashMap<>();
        String heading = FIRST;
        for (OptionSpec option : options) {
            if (option.userObject() instanceof AnnotatedElement field
                    && field.isAnnotationPresent(OptionSection.class)) {
                heading = field.getAnnotation(OptionSection.class).value();
            }
            sections.computeIfAbsent(heading, name -> new ArrayList<>()).add(option);
        }
        return sections;
    }
}
