package dev.starttls.pop3;

import java.util.ArrayList;
import java.util.List;

/** How a line of the protocol is split. */
final class Pop3Words {

    private Pop3Words() {}

    /** What stands between spaces and tabs. */
    static List<String> of(String line) {
        List<String> words = new ArrayList<>();
        int from = 0;
        for (int i = 0; i <= line.length(); i++) {
            if (i == line.length() || line.charAt(i) == ' ' || line.charAt(i) == '\t') {
                if (i > from) {
                    words.add(line.substring(from, i));
                }
                from = i + 1;
            }
        }
        return List.copyOf(words);
    }
}
