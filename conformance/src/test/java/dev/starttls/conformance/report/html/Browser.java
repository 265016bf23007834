package dev.starttls.conformance.report.html;

import com.deque.html.axecore.results.Results;
import com.deque.html.axecore.selenium.AxeBuilder;
import dev.starttls.core.testing.ExternalProgram;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.logging.Level;
import org.openqa.selenium.By;
import org.openqa.selenium.NoSuchElementException;
import org.openqa.selenium.StaleElementReferenceException;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.chrome.ChromeDriverService;
import org.openqa.selenium.chrome.ChromeOptions;
import org.openqa.selenium.logging.LogType;
import org.openqa.selenium.logging.LoggingPreferences;

/** A headless Chromium; tests are skipped where there is none. */
public final class Browser implements AutoCloseable {
    private static final int TALL = 900;

    /** A page of a few hundred lines takes axe a while on a busy machine. */
    private static final Duration PATIENCE = Duration.ofMinutes(4);

    private final ChromeDriver driver;

    private Browser(ChromeDriver driver) {
        this.driver = driver;
    }

    /** The colour scheme that the reader prefers. */
    public enum Scheme {
        LIGHT,
        DARK
    }

    public static Browser start() throws IOException {
        Path chromium = ExternalProgram.named("chromium").path();
        Path chromedriver = ExternalProgram.named("chromedriver").path();
        LoggingPreferences logs = new LoggingPreferences();
        logs.enable(LogType.BROWSER, Level.ALL);
        ChromeOptions options = new ChromeOptions();
        options.setBinary(chromium.toFile());
        options.setCapability("goog:loggingPrefs", logs);
        options.addArguments(
                "--headless",
                "--no-sandbox",
                "--disable-gpu",
                "--disable-dev-shm-usage",
                "--disable-quic",
                "--no-first-run",
                "--disable-background-networking",
                "--disable-component-update",
                "--disable-sync",
                "--user-data-dir=" + Files.createTempDirectory("chromium"));
        ChromeDriverService service = new ChromeDriverService.Builder()
                .usingDriverExecutable(chromedriver.toFile())
                .usingAnyFreePort()
                .build();
        ChromeDriver driver = new ChromeDriver(service, options);
        driver.manage().timeouts().scriptTimeout(PATIENCE).pageLoadTimeout(PATIENCE);
        return new Browser(driver);
    }

    public ChromeDriver driver() {
        return driver;
    }

    /** Opens the page in a window so wide, a telephone's if it is narrow. */
    void open(Path page, int width, Scheme scheme) {
        open(page.toUri(), width, scheme);
    }

    /** The same for a page of a server. */
    public void open(URI page, int width, Scheme scheme) {
        driver.executeCdpCommand(
                "Emulation.setDeviceMetricsOverride",
                Map.of("width", width, "height", TALL, "deviceScaleFactor", 1, "mobile", width < 500));
        driver.executeCdpCommand(
                "Emulation.setEmulatedMedia",
                Map.of(
                        "features",
                        List.of(Map.of(
                                "name", "prefers-color-scheme", "value", scheme == Scheme.DARK ? "dark" : "light"))));
        driver.get(page.toString());
    }

    /** Pages opened from now on run no scripts. */
    void withoutScripts() {
        driver.executeCdpCommand("Emulation.setScriptExecutionDisabled", Map.of("value", true));
    }

    /** Waits until an expression of the page's is true. */
    void await(String condition) {
        driver.executeAsyncScript("const done = arguments[0]; const look = () => (" + condition
                + ") ? done() : setTimeout(look, 5); look();");
    }

    /** Waits until the page, which may load itself again meanwhile, shows a text. */
    public void awaitText(String text) {
        boolean shown = false;
        while (!shown) {
            try {
                shown = driver.findElement(By.tagName("body")).getText().contains(text);
            } catch (StaleElementReferenceException | NoSuchElementException e) {
                // It was loaded again between finding and reading.
                shown = false;
            }
        }
    }

    /** What the page, or a breach of its policy, has put on the console since it was last asked for. */
    public List<String> console() {
        return driver.manage().logs().get(LogType.BROWSER).getAll().stream()
                .map(Object::toString)
                .toList();
    }

    /** What axe-core finds in the page as it is now, by all rules but these. */
    public Results axe(String... without) {
        Results results = new AxeBuilder()
                .setTimeout((int) PATIENCE.toSeconds())
                .disableRules(List.of(without))
                .analyze(driver);
        if (results.isErrored() || results.getPasses().isEmpty()) {
            throw new IllegalStateException("axe did not run to its end: " + results.getErrorMessage());
        }
        return results;
    }

    @Override
    public void close() {
        driver.quit();
    }
}
