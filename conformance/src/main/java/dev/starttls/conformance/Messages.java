package dev.starttls.conformance;

/** What is said about a list of targets while it is read. */
interface Messages {
    /** Something is wrong with the list, for the exit status too; the run continues. */
    void wrong(String detail);

    /** Something that the user may want to know. */
    void note(String detail);
}
