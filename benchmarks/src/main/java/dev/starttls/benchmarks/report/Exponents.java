package dev.starttls.benchmarks.report;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How costs grow: for a figure measured at several sizes, the exponent of its growth from one to the next, the
 * logarithm of the ratio of the figures divided by that of the sizes. At 0 a figure does not depend on the size, at 1
 * it is proportional to it.
 */
final class Exponents {

    private static final List<String> SIZES = List.of("octets", "connections", "atOnce", "clients");
    private static final Pattern AT_ONCE = Pattern.compile("(\\d+)_AT_ONCE");

    private Exponents() {}

    /** A figure of one size. */
    private record Sized(long size, Figure figure) {}

    /** What is the same but for its size. */
    private record Series(String measured, Map<String, String> condition, String contestant, String sizes) {}

    /** One row for each step from a size to the next. */
    static List<List<String>> rows(List<Figure> figures) {
        Map<Series, List<Sized>> series = new LinkedHashMap<>();
        for (Figure figure : figures) {
            sized(figure).ifPresent(size -> series.computeIfAbsent(size.getKey(), key -> new ArrayList<>())
                    .add(new Sized(size.getValue(), figure)));
        }
        List<List<String>> rows = new ArrayList<>();
        series.forEach((what, sized) -> {
            sized.sort(Comparator.comparingLong(Sized::size));
            for (int i = 1; i < sized.size(); i++) {
                rows.add(row(what, sized.get(i - 1), sized.get(i)));
            }
        });
        return rows;
    }

    /** The exponent; empty if a figure is not positive, because it has no logarithm. */
    static Optional<Double> exponent(long size, double value, long nextSize, double nextValue) {
        return value > 0 && nextValue > 0
                ? Optional.of(Math.log(nextValue / value) / Math.log((double) nextSize / size))
                : Optional.empty();
    }

    private static Optional<Map.Entry<Series, Long>> sized(Figure figure) {
        Matcher atOnce = AT_ONCE.matcher(figure.contestant());
        for (String name : SIZES) {
            String value = figure.condition().get(name);
            if (value != null && value.matches("[1-9]\\d*")) {
                Map<String, String> others = new LinkedHashMap<>(figure.condition());
                others.remove(name);
                String contestant = atOnce.matches() ? "" : figure.contestant();
                return Optional.of(
                        Map.entry(new Series(figure.measured(), others, contestant, name), Long.parseLong(value)));
            }
        }
        return atOnce.matches()
                ? Optional.of(Map.entry(
                        new Series(figure.measured(), figure.condition(), "", "at once"),
                        Long.parseLong(atOnce.group(1))))
                : Optional.empty();
    }

    private static List<String> row(Series what, Sized from, Sized to) {
        double before = from.figure().value().median();
        double after = to.figure().value().median();
        List<String> name = new ArrayList<>(List.of(CostReport.title(what.measured())));
        what.condition().entrySet().stream()
                .sorted(Map.Entry.comparingByKey())
                .forEach(entry -> name.add(entry.getKey() + " " + entry.getValue()));
        return List.of(
                String.join(", ", name),
                what.contestant().isEmpty() ? "" : to.figure().title(),
                from.size() + " to " + to.size() + " " + what.sizes(),
                CostReport.number(before) + " to " + CostReport.number(after) + " "
                        + to.figure().unit(),
                exponent(from.size(), before, to.size(), after)
                        .map(it -> String.format(Locale.ROOT, "%.2f", it))
                        .orElse("no growth"));
    }
}
