package dev.starttls.smtp;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The argument of MAIL or RCPT: a path and parameters (RFC 5321 section 4.1.2). */
record SmtpPath(String address, List<String> parameters) {

    /** RFC 5321 section 4.5.3.1.3. */
    private static final int MAX_PATH_OCTETS = 256;

    private static final String ATOM = "[A-Za-z0-9!#$%&'*+/=?^_`{|}~\\x80-\\xff-]++";
    private static final String LOCAL = "(?:" + ATOM + "(?:\\." + ATOM
            + ")*+|\"(?:[\\x20\\x21\\x23-\\x5b\\x5d-\\x7e\\x80-\\xff]|\\\\[\\x20-\\x7e])*+\")";
    private static final String LABEL = "[A-Za-z0-9_\\x80-\\xff](?:[A-Za-z0-9_\\x80-\\xff-]*+)";
    private static final String NAME = LABEL + "(?:\\." + LABEL + ")*+";
    private static final String DOMAIN = "(?:" + NAME + "|\\[[\\x21-\\x5a\\x5e-\\x7e]++\\])";
    /** A source route is taken and ignored (RFC 5321 section 4.1.1.3, appendix C). */
    private static final String ROUTE = "(?:@" + NAME + "(?:,@" + NAME + ")*+:)?+";

    private static final Pattern PATH = Pattern.compile(
            "<(?:" + ROUTE + "(?<address>" + LOCAL + "@" + DOMAIN + "))?+>(?<rest>(?: .*+)?+)", Pattern.DOTALL);
    private static final Pattern POSTMASTER =
            Pattern.compile("<(?<address>postmaster)>(?<rest>(?: .*+)?+)", Pattern.CASE_INSENSITIVE | Pattern.DOTALL);

    /** "FROM:" and what follows, perhaps the null path. No space is allowed around the colon (RFC 5321 section 3.3). */
    static Optional<SmtpPath> reverse(String argument) {
        return after("FROM:", argument).flatMap(path -> read(PATH, path));
    }

    /** "TO:" and what follows, perhaps the postmaster without a domain (RFC 5321 section 4.5.1), never the null path. */
    static Optional<SmtpPath> forward(String argument) {
        return after("TO:", argument).flatMap(path -> read(POSTMASTER, path)
                .or(() -> read(PATH, path).filter(found -> !found.address().isEmpty())));
    }

    private static Optional<String> after(String prefix, String argument) {
        return argument.regionMatches(true, 0, prefix, 0, prefix.length())
                ? Optional.of(argument.substring(prefix.length()))
                : Optional.empty();
    }

    private static Optional<SmtpPath> read(Pattern pattern, String path) {
        Matcher matcher = pattern.matcher(path);
        if (!matcher.matches() || matcher.start("rest") > MAX_PATH_OCTETS) {
            return Optional.empty();
        }
        String address = matcher.group("address");
        List<String> parameters = new ArrayList<>();
        for (String word : matcher.group("rest").split(" ", -1)) {
            if (!word.isEmpty()) {
                parameters.add(word);
            }
        }
        return Optional.of(new SmtpPath(address == null ? "" : address, List.copyOf(parameters)));
    }
}
