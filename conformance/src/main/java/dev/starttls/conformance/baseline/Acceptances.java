package dev.starttls.conformance.baseline;

import dev.starttls.conformance.check.Check;
import dev.starttls.conformance.check.CheckResult;
import dev.starttls.conformance.run.TargetReport;
import dev.starttls.conformance.target.Scheme;
import dev.starttls.conformance.target.Subject;
import dev.starttls.conformance.target.Target;
import dev.starttls.conformance.target.TargetException;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The findings that a user has decided to live with, and why. They are reported as ever and do not fail the run.
 *
 * <p>{@code UP-S-10=reason} is for every target, {@code UP-S-10@smtp=reason} for the targets of one scheme, {@code
 * UP-S-10@smtp://mail.example.org=reason} for one target. The narrowest is taken.
 */
public final class Acceptances {
    private final List<Check> known;
    /** By id, scheme and URL as {@link #key} has them. */
    private final Map<String, String> reasons = new HashMap<>();

    /**
     * None; to be added.
     *
     * @param known the checks whose findings can be accepted
     */
    public Acceptances(List<Check> known) {
        this.known = List.copyOf(known);
    }

    /**
     * Adds one.
     *
     * @param rule {@code ID=reason}, {@code ID@SCHEME=reason} or {@code ID@URL=reason}
     * @throws IllegalArgumentException if it is none of these, or there is no such check
     */
    public void add(String rule) {
        int equals = rule.indexOf('=');
        String reason = equals < 0 ? "" : rule.substring(equals + 1).strip();
        if (reason.isEmpty()) {
            throw new IllegalArgumentException(
                    "'" + rule + "': expected ID=reason, with a reason, as in TLS-S-01=old printers, until May");
        }
        add(rule.substring(0, equals).strip(), reason);
    }

    /**
     * Adds one.
     *
     * @param accepted {@code ID}, {@code ID@SCHEME} or {@code ID@URL}
     * @param reason why it is accepted
     * @throws IllegalArgumentException if it is none of these, or there is no such check
     */
    public void add(String accepted, String reason) {
        int at = accepted.indexOf('@');
        String id = at < 0 ? accepted : accepted.substring(0, at);
        List<Check> checks = checks(id);
        String key = at < 0 ? key(id, "") : placed(id, checks, accepted.substring(at + 1));
        String before = reasons.putIfAbsent(key, reason);
        if (before != null && !before.equals(reason)) {
            throw new IllegalArgumentException(
                    "'" + accepted + "' is accepted twice, for '" + before + "' and for '" + reason + "'");
        }
    }

    /** The checks with this id, one for each protocol. */
    private List<Check> checks(String id) {
        List<Check> checks =
                known.stream().filter(check -> check.id().equalsIgnoreCase(id)).toList();
        if (checks.isEmpty()) {
            List<String> longer = known.stream()
                    .map(Check::id)
                    .filter(each -> each.length() == id.length() + 1)
                    .filter(each -> each.regionMatches(true, 0, id, 0, id.length()))
                    .distinct()
                    .toList();
            throw new IllegalArgumentException("there is no check '" + id + "'; "
                    + (longer.isEmpty()
                            ? "--list names them all"
                            : "accept each of " + String.join(", ", longer) + " that you mean"));
        }
        return checks;
    }

    private static String placed(String id, List<Check> checks, String place) {
        Scheme scheme;
        String key;
        try {
            if (place.contains("://")) {
                Target target = Target.parse(place);
                scheme = target.scheme();
                key = key(id, target.url());
            } else {
                scheme = Scheme.named(place)
                        .orElseThrow(() -> new IllegalArgumentException(
                                "'" + id + "@" + place + "': after @ comes a URL or one of "
                                        + Scheme.all().replace("://", "")));
                key = key(id, scheme.key());
            }
        } catch (TargetException e) {
            throw new IllegalArgumentException(e.getMessage(), e);
        }
        if (checks.stream().noneMatch(check -> check.protocols().contains(scheme.protocol()))) {
            throw new IllegalArgumentException(
                    "'" + id + "@" + place + "': that check is not for " + scheme.key() + "://");
        }
        return key;
    }

    private static String key(String id, String place) {
        return id.toUpperCase(Locale.ROOT) + "@" + place.toLowerCase(Locale.ROOT);
    }

    /** The report with what is accepted marked. */
    public TargetReport accept(TargetReport report) {
        return reasons.isEmpty()
                ? report
                : report.with(report.results().stream()
                        .map(result -> accept(report.target(), result))
                        .toList());
    }

    /** The result of a check of this target, marked if it is accepted. */
    public CheckResult accept(Subject target, CheckResult result) {
        String id = result.check().id();
        Optional<String> reason = Stream.of(
                        target.url(), target.schemeIfServer().map(Scheme::key).orElse(""), "")
                .map(place -> key(id, place))
                .filter(reasons::containsKey)
                .map(reasons::get)
                .findFirst();
        return reason.map(result::accept).orElse(result);
    }
}
