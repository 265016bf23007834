package dev.starttls.conformance.junit;

import java.io.IOException;
import java.util.Optional;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolutionException;
import org.junit.jupiter.api.extension.ParameterResolver;
import org.junit.platform.commons.support.AnnotationSupport;

/** Makes and closes the servers of {@link StartTlsServer}: one for each test. */
final class StartTlsServerExtension implements ParameterResolver, AfterEachCallback {
    private static final ExtensionContext.Namespace STORE =
            ExtensionContext.Namespace.create(StartTlsServerExtension.class);

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext test) {
        return parameter.getParameter().getType() == TestMailServer.class
                && test.getTestMethod().isPresent();
    }

    @Override
    public TestMailServer resolveParameter(ParameterContext parameter, ExtensionContext test) {
        return test.getStore(STORE)
                .getOrComputeIfAbsent(TestMailServer.class, type -> started(test), TestMailServer.class);
    }

    /** The method says more than its class. */
    private static TestMailServer started(ExtensionContext test) {
        Optional<StartTlsServer> ofMethod =
                AnnotationSupport.findAnnotation(test.getTestMethod(), StartTlsServer.class);
        StartTlsServer wanted = ofMethod.or(
                        () -> AnnotationSupport.findAnnotation(test.getTestClass(), StartTlsServer.class))
                .orElseThrow();
        try {
            return TestMailServer.of(wanted);
        } catch (IOException | IllegalArgumentException e) {
            throw new ParameterResolutionException(e.getMessage(), e);
        }
    }

    @Override
    public void afterEach(ExtensionContext test) {
        Optional.ofNullable(test.getStore(STORE).get(TestMailServer.class, TestMailServer.class))
                .ifPresent(TestMailServer::close);
    }
}
