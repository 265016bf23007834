package dev.starttls.conformance.survey;

import dev.starttls.conformance.target.Target;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * What the survey found out about one target. There is exactly one for each.
 *
 * @param target whose address is the one that was connected to, where a connection was made to a name
 * @param status how the connection ended
 * @param tls what was agreed on; present if and only if the status is {@link SurveyStatus#SUCCESS}
 * @param failure why it was not; present with every other status
 */
public record SurveyResult(
        Target target,
        Instant started,
        Duration took,
        SurveyStatus status,
        Optional<SurveyedTls> tls,
        Optional<SurveyFailure> failure) {}
