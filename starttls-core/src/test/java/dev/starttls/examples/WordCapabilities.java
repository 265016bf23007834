package dev.starttls.examples;

import dev.starttls.core.line.Ascii;
import dev.starttls.core.upgrade.AnnouncedCapabilities;
import java.util.Arrays;
import java.util.List;

/** Capabilities of which each is a line of words, its name first: of NNTP (RFC 3977 section 5.2) and LMTP (RFC 2033). */
public final class WordCapabilities extends AnnouncedCapabilities {

    /** Those of some lines, without what begins and ends the list. */
    public WordCapabilities(List<String> lines) {
        super(lines);
    }

    @Override
    protected boolean announces(String line, String name) {
        return Ascii.firstWord(line, name);
    }

    @Override
    protected String nameOf(String line) {
        return line.split(" ", 2)[0];
    }

    @Override
    protected List<String> parametersOf(String line) {
        List<String> words = Arrays.asList(line.split(" +", -1));
        return words.subList(1, words.size());
    }
}
