package dev.starttls.core.testing;

/** Counts the places at which tests have split a stream: the build prints their sum ({@link TestRunCheck}). */
public final class WalkedSplits {

    /** What is printed before the number, as jqwik prints {@code tries = }. */
    static final String LABEL = "splits = ";

    private static int walked;

    private WalkedSplits() {}

    /** So many more were walked by the running test. */
    public static void count(int splits) {
        walked += splits;
    }

    /** After a test: prints how many it walked, if any. */
    public static void print() {
        if (walked > 0) {
            System.out.println(LABEL + walked);
        }
        walked = 0;
    }
}
