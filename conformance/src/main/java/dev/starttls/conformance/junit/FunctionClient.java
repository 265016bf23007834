package dev.starttls.conformance.junit;

import dev.starttls.conformance.client.subject.Attempt;
import dev.starttls.conformance.client.subject.ClientUnderTest;
import dev.starttls.conformance.client.subject.Ending;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.opentest4j.TestAbortedException;

/** Runs a function with a limit. One that does not end when it is interrupted keeps its thread, which ends with the JVM. */
final class FunctionClient implements ClientUnderTest {
    private final MailClient client;

    FunctionClient(MailClient client) {
        this.client = client;
    }

    @Override
    public Ending run(Attempt attempt) throws InterruptedException {
        FutureTask<Void> task = new FutureTask<>(() -> {
            client.run(attempt.host(), attempt.port(), attempt.user(), attempt.password(), attempt.root());
            return null;
        });
        Thread thread = new Thread(task, "client under test");
        thread.setDaemon(true);
        thread.start();
        try {
            task.get(attempt.limit().toMillis(), TimeUnit.MILLISECONDS);
            return Ending.of(Ending.Kind.SUCCESS, "it returned");
        } catch (TimeoutException e) {
            return Ending.of(
                    Ending.Kind.TIMED_OUT,
                    "interrupted after " + attempt.limit().toMillis() + " ms");
        } catch (ExecutionException e) {
            Throwable thrown = e.getCause();
            return thrown instanceof TestAbortedException
                    ? Ending.of(Ending.Kind.UNABLE, String.valueOf(thrown.getMessage()))
                    : Ending.of(Ending.Kind.FAILURE, thrown.toString());
        } finally {
            task.cancel(true);
        }
    }
}
