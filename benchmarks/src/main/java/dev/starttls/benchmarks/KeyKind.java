package dev.starttls.benchmarks;

import java.util.List;

/** The server's key. */
public enum KeyKind {
    /** P-256. */
    EC("-keyalg EC -groupname secp256r1"),
    /** 2048 bits. */
    RSA("-keyalg RSA -keysize 2048");

    private final String options;

    KeyKind(String options) {
        this.options = options;
    }

    List<String> options() {
        return List.of(options.split(" "));
    }
}
