package dev.starttls.conformance.profile;

import dev.starttls.conformance.check.Check;
import dev.starttls.conformance.run.Selection;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * What a run is about: the checks that it runs, and the profiles that it judges by, each with the rules that are left.
 *
 * @param checks with the check that rules are judged by, if any are left and it is not to be skipped
 */
public record Scope(Selection checks, List<Profile> profiles) {
    public Scope {
        profiles = List.copyOf(profiles);
    }

    /**
     * Applies a selection to rules as it applies to checks; but if it asks only for checks, no profile was named for
     * nothing, and all of its rules are left.
     */
    public static Scope of(Selection selection, List<Profile> profiles) {
        boolean named = profiles.stream()
                .flatMap(profile -> profile.checks().stream())
                .anyMatch(rule -> selection.only().stream().anyMatch(each -> each.test(rule)));
        Predicate<Check> chosen = (named ? selection : selection.withoutOnly())::takes;
        List<Profile> left = profiles.stream()
                .map(profile -> profile.with(chosen))
                .flatMap(Optional::stream)
                .toList();
        return new Scope(left.isEmpty() ? selection : selection.withNeeded(Profile.BASIS), left);
    }
}
