package dev.starttls.examples;

import dev.starttls.core.line.Ascii;
import dev.starttls.core.upgrade.AnnouncedCapabilities;
import java.util.List;

/** What a ManageSieve server announced (RFC 5804 section 1.7): a quoted name on each line, perhaps with a quoted value. */
public final class ManageSieveCapabilities extends AnnouncedCapabilities {

    /** Those of some lines, without the line that begins with OK. */
    public ManageSieveCapabilities(List<String> lines) {
        super(lines);
    }

    @Override
    protected boolean announces(String line, String name) {
        return Ascii.firstWord(line, '"' + name + '"');
    }

    @Override
    protected String nameOf(String line) {
        int end = line.indexOf('"', 1);
        return end < 0 ? "" : line.substring(1, end);
    }

    @Override
    protected List<String> parametersOf(String line) {
        int value = line.indexOf(" \"");
        return value < 0 ? List.of() : List.of(line.substring(value + 2, line.length() - 1));
    }
}
