package dev.starttls.conformance.report;

import dev.starttls.conformance.survey.SurveyResult;

/** One format of the results of a survey, which are added one by one. */
@FunctionalInterface
public interface SurveyReport {
    /** Writes one result, and flushes it so that a reader has it at once. */
    void add(SurveyResult result);
}
