package dev.starttls.conformance.survey;

import dev.starttls.core.upgrade.UpgradeException;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Why there is no session inside TLS.
 *
 * @param reason the client's, in lower case with hyphens, for instance {@code connection-closed}
 * @param phase in which it gave up, in lower case
 * @param alert that the server sent (RFC 8446 section 6.2), for instance {@code protocol_version}; empty if none
 * @param reply the server's last line, if that was the reason
 * @param description a sentence for people
 */
public record SurveyFailure(
        String reason, String phase, Optional<String> alert, Optional<String> reply, String description) {
    private static final Pattern ALERT = Pattern.compile("Received fatal alert: ([a-z_0-9]{1,40})");

    static SurveyFailure of(UpgradeException why) {
        return new SurveyFailure(
                why.reason().name().toLowerCase(Locale.ROOT).replace('_', '-'),
                why.phase().name().toLowerCase(Locale.ROOT),
                alert(why),
                why.reply(),
                String.valueOf(why.getMessage()));
    }

    /** Something went wrong in this process. */
    static SurveyFailure local(Throwable thrown) {
        return new SurveyFailure(
                "local-error", "connect", Optional.empty(), Optional.empty(), "an internal error: " + thrown);
    }

    private static Optional<String> alert(Throwable why) {
        for (Throwable each = why; each != null; each = each.getCause()) {
            Matcher alert = ALERT.matcher(String.valueOf(each.getMessage()));
            if (alert.find()) {
                return Optional.of(alert.group(1));
            }
        }
        return Optional.empty();
    }
}
