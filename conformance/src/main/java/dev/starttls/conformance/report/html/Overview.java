package dev.starttls.conformance.report.html;

import java.util.List;

/** The index of the targets; a page of one target has no index. */
record Overview(List<TargetView.Brief> targets) {
    Overview {
        targets = List.copyOf(targets);
    }

    boolean several() {
        return targets.size() > 1;
    }

    int all() {
        return targets.size();
    }

    /** How many passed. */
    long passed() {
        return counted("pass");
    }

    long failed() {
        return counted("fail");
    }

    long unreached() {
        return counted("unreached");
    }

    private long counted(String key) {
        return targets.stream().filter(each -> each.verdict().key().equals(key)).count();
    }
}
