package dev.starttls.conformance;

/** Passes on what is said first about a list, and counts the rest: a list that is something else has any number of lines. */
final class FirstMessages implements Messages {
    private static final int MAX = 100;

    private final Messages messages;
    private final String name;
    private long wrong;
    private long noted;

    /**
     * Nothing is said yet.
     *
     * @param name what the user calls the list
     */
    FirstMessages(Messages messages, String name) {
        this.messages = messages;
        this.name = name;
    }

    @Override
    public void wrong(String detail) {
        if (++wrong <= MAX) {
            messages.wrong(detail);
        }
    }

    @Override
    public void note(String detail) {
        if (++noted <= MAX) {
            messages.note(detail);
        }
    }

    /** The list is read: says how much was not passed on. */
    void end() {
        if (wrong > MAX) {
            messages.wrong((wrong - MAX) + " more lines of " + name + " cannot be checked");
        }
        if (noted > MAX) {
            messages.note((noted - MAX) + " more targets of " + name + " were named before");
        }
    }

    /** Says what is wrong with the list as a whole. */
    void last(String detail) {
        messages.wrong(detail);
    }
}
