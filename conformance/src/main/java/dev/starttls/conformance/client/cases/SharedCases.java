package dev.starttls.conformance.client.cases;

import java.util.List;
import java.util.stream.Stream;

/** The cases that all protocols have, made for one of them. */
public final class SharedCases {

    private SharedCases() {}

    public static List<ClientCase> of(ClientProfile profile) {
        return Stream.of(
                        RefusalCases.of(profile),
                        InjectionCases.of(profile),
                        FallbackCases.of(profile),
                        InsideCases.of(profile),
                        ImplicitCases.of(profile),
                        BoundsCases.of(profile))
                .flatMap(List::stream)
                .toList();
    }
}
