package dev.starttls.conformance;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import picocli.CommandLine;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/**
 * The script that completes the command in bash and zsh. That of picocli turns the shell's own completion off, which files need,
 * and offers nothing for arguments that are no options.
 */
final class CompletionScript {
    private static final String SCRIPT =
            """
            # Completion of @COMMAND@ in bash and zsh.

            # What follows an option of a sub-command, or of none: kind is flag, word or file, and values are to choose from.
            @NAME@_option() {
              kind=word values=
              case "$1 $2" in
            @OPTIONS@
                *) kind=flag ;;
              esac
            }

            # What may stand at the place of an option or an argument.
            @NAME@_word() {
              kind=word values=
              case $1 in
            @WORDS@
              esac
            }

            # Takes a whole word before the one to complete.
            @NAME@_consume() {
              if [[ -n $takes ]]; then
                takes=
              elif [[ $token == -* ]]; then
                @NAME@_option "$command" "${token%%=*}"
                [[ $kind == flag || $token == *=* ]] || takes=$token
              elif [[ $count == 0 && " @COMMANDS@ " == *" $token "* ]]; then
                command=$token
              else
                arguments=$((arguments + 1))
              fi
              count=$((count + 1))
            }

            # Finds kind and values for the last word, cur, of which values replace what follows prefix.
            @NAME@_parse() {
              local word token= begun= takes= command= count=0 arguments=0
              shift
              for word in "$@"; do
                # bash splits words at = and : too.
                if [[ -n $token && ( $word == [=:]* || $token == *[=:] ) ]]; then
                  token=$token$word
                else
                  [[ -z $begun ]] || @NAME@_consume
                  begun=yes token=$word
                fi
              done
              cur=$token prefix=
              if [[ -n $takes ]]; then
                @NAME@_option "$command" "$takes"
              elif [[ $cur == -*=* ]]; then
                prefix=${cur%%=*}=
                @NAME@_option "$command" "${prefix%=}"
              elif [[ $cur == -* ]]; then
                @NAME@_word "$command options"
              elif [[ $count == 0 ]]; then
                @NAME@_word first
              else
                @NAME@_word "$command arguments $arguments"
              fi
            }

            if [ -n "$ZSH_VERSION" ]; then
              type compdef >/dev/null 2>&1 || { autoload -U +X compinit && compinit; }
              eval '@NAME@_zsh() {
                local kind values prefix cur
                @NAME@_parse "${(@)words[1,CURRENT]}"
                if [[ $cur == *=* ]]; then
                  compset -P "*="
                fi
                local each=(${=values})
                compadd -S "" -- ${(M)each:#*[:/]}
                compadd -- ${each:#*[:/]}
                if [[ $kind == file ]]; then
                  _files
                fi
              }'
              compdef @NAME@_zsh @COMMAND@
            else
              @NAME@_bash() {
                local kind values prefix cur strip
                @NAME@_parse "${COMP_WORDS[@]:0:COMP_CWORD+1}"
                COMPREPLY=($(compgen -W "$values" -- "${cur#"$prefix"}"))
                if [[ $COMP_WORDBREAKS == *=* ]]; then
                  prefix=
                fi
                COMPREPLY=("${COMPREPLY[@]/#/$prefix}")
                if [[ $COMP_WORDBREAKS == *:* && $cur == *:* ]]; then
                  strip=${cur%"${cur##*:}"}
                  COMPREPLY=("${COMPREPLY[@]#"$strip"}")
                fi
                if [[ ${#COMPREPLY[@]} == 1 && ${COMPREPLY[0]} == *[:/] ]]; then
                  compopt -o nospace
                fi
                # Without an answer, names of files are offered.
                [[ $kind == file ]] || compopt +o default
              }
              complete -F @NAME@_bash -o default @COMMAND@ @COMMAND@.sh @COMMAND@.bash
            fi
            """;

    private CompletionScript() {}

    /** The script for a command with its sub-commands, by its name. */
    static String of(CommandLine commandLine) {
        String command = commandLine.getCommandName();
        Map<String, CommandSpec> specs = new LinkedHashMap<>();
        specs.put("", commandLine.getCommandSpec());
        commandLine.getSubcommands().forEach((name, each) -> specs.put(name, each.getCommandSpec()));
        String commands = String.join(" ", commandLine.getSubcommands().keySet());
        return SCRIPT.replace("@OPTIONS@", options(specs))
                .replace("@WORDS@", words(specs, commands))
                .replace("@COMMANDS@", commands)
                .replace("@COMMAND@", command)
                .replace("@NAME@", "_" + command.replaceAll("\\W", "_"));
    }

    private static String options(Map<String, CommandSpec> specs) {
        StringBuilder cases = new StringBuilder();
        specs.forEach((name, spec) -> spec.options().stream()
                .filter(option -> option.arity().max() > 0)
                .forEach(option -> cases.append(branch(
                        Arrays.stream(option.names())
                                .map(each -> "'" + name + " " + each + "'")
                                .collect(Collectors.joining(" | ")),
                        (isFile(option) ? " kind=file" : "") + assignment(values(option))))));
        return cases.toString().stripTrailing();
    }

    private static String words(Map<String, CommandSpec> specs, String commands) {
        StringBuilder cases = new StringBuilder();
        specs.forEach((name, spec) -> {
            cases.append(branch(
                    "'" + name + " options'",
                    assignment(spec.options().stream()
                            .filter(option -> !option.hidden())
                            .map(OptionSpec::longestName)
                            .toList())));
            spec.positionalParameters().forEach(argument -> {
                String places = argument.arity().isVariable()
                        ? "*"
                        : "[" + argument.index().min() + "-" + argument.index().max() + "]";
                String values = assignment(values(argument));
                if (name.isEmpty()) {
                    cases.append(branch("first", values.replaceFirst("'$", " " + commands + "'")));
                }
                cases.append(branch("'" + name + " arguments '" + places, values));
            });
        });
        return cases.toString().stripTrailing();
    }

    private static String branch(String pattern, String action) {
        return "    " + pattern + ")" + action + " ;;\n";
    }

    private static String assignment(List<String> values) {
        return values.isEmpty() ? "" : " values='" + String.join(" ", values) + "'";
    }

    private static List<String> values(ArgSpec argument) {
        return argument.completionCandidates() == null
                ? List.of()
                : StreamSupport.stream(argument.completionCandidates().spliterator(), false)
                        .toList();
    }

    private static boolean isFile(OptionSpec option) {
        return option.auxiliaryTypes()[0] == Path.class
                || option.paramLabel().contains("FILE")
                || option.paramLabel().contains("PEM");
    }
}
