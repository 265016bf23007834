package dev.starttls.benchmarks.report;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * A self-contained picture of horizontal bars: one bar per row, made of one part or several, optionally with the
 * interval of its end, and a line with which the bars are compared.
 *
 * @param title above
 * @param unit of the values
 * @param reference where the line is; not drawn at 0
 * @param bars from top to bottom; at least one
 * @param footer below: what it was measured on
 */
public record Chart(String title, String unit, double reference, List<Bar> bars, String footer) {

    private static final int LEFT = 290;
    private static final int WIDTH = 460;
    private static final int RIGHT = 130;
    private static final int ROW = 26;
    private static final int TOP = 62;
    private static final int LETTER = 7;
    private static final int FOOTING = 14;
    private static final int MAX_LETTERS = 140;
    private static final List<String> COLOURS =
            List.of("#4878a8", "#e49444", "#6a9f58", "#967662", "#a87c9f", "#85b6b2", "#d1615d");

    /** What a bar stands for. */
    public enum Tone {
        /** What is measured. */
        OWN,
        /** What it is compared with. */
        OTHER
    }

    /**
     * A bar.
     *
     * @param label left of it
     * @param tone of a bar of one part
     * @param parts by their names, from left to right
     * @param low the lower end of the interval; the same as {@code high} if it is not known
     * @param high the upper end of the interval
     */
    public record Bar(String label, Tone tone, Map<String, Double> parts, double low, double high) {

        /**
         * A bar of one part.
         *
         * @param label left of it
         * @param tone its colour
         * @param low lower end of the interval
         * @param value its length
         * @param high upper end
         * @return a bar
         */
        public static Bar single(String label, Tone tone, double low, double value, double high) {
            return new Bar(label, tone, Map.of("", value), low, high);
        }

        /**
         * A bar of several parts.
         *
         * @param label left of it
         * @param parts in the order of the map
         * @return a bar without an interval
         */
        public static Bar stacked(String label, Map<String, Double> parts) {
            double sum =
                    parts.values().stream().mapToDouble(Double::doubleValue).sum();
            return new Bar(label, Tone.OWN, new LinkedHashMap<>(parts), sum, sum);
        }

        double sum() {
            return parts.values().stream().mapToDouble(Double::doubleValue).sum();
        }
    }

    /**
     * Draws.
     *
     * @return an SVG document without a link, a script or a font of its own
     */
    public String svg() {
        double max = Math.max(
                reference,
                bars.stream()
                        .mapToDouble(bar -> Math.max(bar.sum(), bar.high()))
                        .max()
                        .orElseThrow());
        double scale = WIDTH / max;
        List<String> legend = bars.stream()
                .flatMap(bar -> bar.parts().keySet().stream())
                .distinct()
                .filter(name -> !name.isEmpty())
                .toList();
        int bottom = TOP + bars.size() * ROW;
        int width = LEFT + WIDTH + RIGHT;
        List<String> footing = wrapped(footer);
        int height = bottom + 20 + footing.size() * FOOTING;
        StringBuilder out = new StringBuilder();
        line(
                out,
                "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" viewBox=\"0 0 %d %d\""
                        + " font-family=\"sans-serif\" font-size=\"12\">",
                width,
                height,
                width,
                height);
        line(out, "<title>%s</title>", escaped(title));
        line(out, "<rect width=\"%d\" height=\"%d\" fill=\"#ffffff\"/>", width, height);
        line(
                out,
                "<text x=\"12\" y=\"22\" font-size=\"15\" font-weight=\"bold\" fill=\"#222222\">%s</text>",
                escaped(title));
        legend(out, legend);
        for (int i = 0; i < bars.size(); i++) {
            bar(out, bars.get(i), TOP + i * ROW, scale, legend);
        }
        if (reference > 0) {
            double x = LEFT + reference * scale;
            line(
                    out,
                    "<line x1=\"%.1f\" y1=\"%d\" x2=\"%.1f\" y2=\"%d\" stroke=\"#222222\" stroke-dasharray=\"4 3\"/>",
                    x,
                    TOP - 6,
                    x,
                    bottom + 2);
        }
        for (int i = 0; i < footing.size(); i++) {
            line(
                    out,
                    "<text x=\"12\" y=\"%d\" font-size=\"10\" fill=\"#666666\">%s</text>",
                    bottom + 22 + i * FOOTING,
                    escaped(footing.get(i)));
        }
        line(out, "</svg>");
        return out.toString();
    }

    private static void legend(StringBuilder out, List<String> names) {
        int x = 12;
        for (int i = 0; i < names.size(); i++) {
            line(out, "<rect x=\"%d\" y=\"34\" width=\"11\" height=\"11\" fill=\"%s\"/>", x, colour(i));
            line(out, "<text x=\"%d\" y=\"44\" fill=\"#222222\">%s</text>", x + 15, escaped(names.get(i)));
            x += 30 + names.get(i).length() * LETTER;
        }
    }

    private void bar(StringBuilder out, Bar bar, int y, double scale, List<String> legend) {
        line(
                out,
                "<text x=\"%d\" y=\"%d\" text-anchor=\"end\" fill=\"#222222\">%s</text>",
                LEFT - 8,
                y + 14,
                escaped(bar.label()));
        double x = LEFT;
        for (Map.Entry<String, Double> part : bar.parts().entrySet()) {
            double length = part.getValue() * scale;
            String colour = part.getKey().isEmpty()
                    ? (bar.tone() == Tone.OWN ? "#d1615d" : "#4878a8")
                    : colour(legend.indexOf(part.getKey()));
            line(out, "<rect x=\"%.1f\" y=\"%d\" width=\"%.1f\" height=\"18\" fill=\"%s\"/>", x, y, length, colour);
            x += length;
        }
        double end = x;
        if (bar.high() > bar.low()) {
            line(
                    out,
                    "<path d=\"M%.1f %d H%.1f M%.1f %d v8 M%.1f %d v8\" stroke=\"#222222\" fill=\"none\"/>",
                    LEFT + bar.low() * scale,
                    y + 9,
                    LEFT + bar.high() * scale,
                    LEFT + bar.low() * scale,
                    y + 5,
                    LEFT + bar.high() * scale,
                    y + 5);
            end = Math.max(end, LEFT + bar.high() * scale);
        }
        line(out, "<text x=\"%.1f\" y=\"%d\" fill=\"#222222\">%s</text>", end + 6, y + 14, escaped(value(bar.sum())));
    }

    private static List<String> wrapped(String text) {
        List<String> lines = new ArrayList<>();
        String rest = text;
        while (rest.length() > MAX_LETTERS) {
            int space = rest.lastIndexOf(' ', MAX_LETTERS);
            int end = space > 0 ? space : MAX_LETTERS;
            lines.add(rest.substring(0, end));
            rest = rest.substring(end).strip();
        }
        lines.add(rest);
        return lines;
    }

    private String value(double value) {
        return String.format(Locale.ROOT, value < 100 ? "%.2f" : "%.0f", value) + (unit.isEmpty() ? "" : " " + unit);
    }

    private static String colour(int index) {
        return COLOURS.get(index % COLOURS.size());
    }

    private static String escaped(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;");
    }

    private static void line(StringBuilder out, String format, Object... values) {
        out.append(String.format(Locale.ROOT, format, values)).append('\n');
    }
}
