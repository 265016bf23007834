package dev.starttls.conformance.client.cases;

import dev.starttls.conformance.check.Verdict;
import java.util.List;

/** Makes a verdict of what was seen. */
@FunctionalInterface
public interface Judge {
    /**
     * The verdict.
     *
     * @param trials the runs of the client, one for each script of the case, in their order
     */
    Verdict judge(List<Trial> trials, Control control);
}
