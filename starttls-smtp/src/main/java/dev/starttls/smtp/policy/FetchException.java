package dev.starttls.smtp.policy;

import java.io.IOException;

/** The response to a GET is not one that has a policy. */
final class FetchException extends IOException {

    private static final long serialVersionUID = 1L;

    private final FetchFailure failure;

    FetchException(FetchFailure failure, String message) {
        super(message);
        this.failure = failure;
    }

    FetchFailure failure() {
        return failure;
    }
}
