package dev.starttls.conformance;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.Charset;
import java.util.Optional;

/** A print stream that keeps the reason why it failed: whether its reader has closed it, or the disk is full. */
final class StandardOutput extends PrintStream {
    private final Watched watched;

    private StandardOutput(Watched watched) {
        super(watched, false, Charset.defaultCharset());
        this.watched = watched;
    }

    static StandardOutput ofProcess() {
        return to(new FileOutputStream(FileDescriptor.out));
    }

    static StandardOutput to(OutputStream stream) {
        return new StandardOutput(new Watched(stream));
    }

    /** Why it failed; empty if everything was written. */
    Optional<IOException> failure() {
        return watched.failure;
    }

    private static final class Watched extends FilterOutputStream {
        private volatile Optional<IOException> failure = Optional.empty();

        Watched(OutputStream stream) {
            super(stream);
        }

        @Override
        public void write(int octet) throws IOException {
            write(new byte[] {(byte) octet}, 0, 1);
        }

        @Override
        public void write(byte[] octets, int from, int count) throws IOException {
            try {
                out.write(octets, from, count);
            } catch (IOException e) {
                failure = Optional.of(e);
                throw e;
            }
        }
    }
}
