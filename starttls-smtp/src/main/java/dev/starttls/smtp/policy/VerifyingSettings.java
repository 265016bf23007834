package dev.starttls.smtp.policy;

import dev.starttls.core.tls.TlsSettings;
import dev.starttls.core.tls.Verification;
import java.util.Objects;

/** Settings of TLS under which certificates are verified. */
final class VerifyingSettings {

    private VerifyingSettings() {}

    static TlsSettings require(TlsSettings settings) {
        Objects.requireNonNull(settings, "settings: expected TlsSettings, got null; try TlsSettings.defaults()");
        if (settings.verification().filter(Verification.NONE::equals).isPresent()) {
            throw new IllegalArgumentException(
                    "settings: expected some that verify certificates, got Verification.NONE;"
                            + " leave verification out");
        }
        return settings;
    }
}
