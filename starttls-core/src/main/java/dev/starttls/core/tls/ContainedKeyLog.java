package dev.starttls.core.tls;

/** Keeps what a key log throws from the handshake, and from engines that call it from native code. */
record ContainedKeyLog(KeyLog log) implements KeyLog {

    @Override
    public void line(String line) {
        try {
            log.line(line);
        } catch (Throwable e) {
            // Not reported anywhere: a message of it may have the line in it.
        }
    }
}
