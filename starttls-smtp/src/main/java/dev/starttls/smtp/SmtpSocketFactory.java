package dev.starttls.smtp;

import dev.starttls.core.nio.ConfiguredSocketFactory;
import dev.starttls.core.nio.SocketFactorySettings;
import dev.starttls.core.nio.StartTlsSocketFactory;
import java.io.IOException;
import java.util.concurrent.atomic.AtomicReference;
import javax.net.SocketFactory;

/**
 * The socket factory of SMTP for programs whose settings are strings, by the name of this class: its sockets are those of {@link
 * SmtpClient#socketFactory}, and {@link SocketFactorySettings} says where its settings are. The key {@code
 * name} is that of {@link SmtpClient#name}.
 *
 * <pre>{@code
 * Properties properties = new Properties();
 * properties.setProperty("mail.smtp.socketFactory.class", "dev.starttls.smtp.SmtpSocketFactory");
 * properties.setProperty("mail.smtp.socketFactory.fallback", "false");     // or it goes on without a class that it does not find
 * }</pre>
 */
public final class SmtpSocketFactory extends ConfiguredSocketFactory {

    private static final AtomicReference<SmtpSocketFactory> DEFAULT = new AtomicReference<>();

    /** A factory with the settings that there are now. Does not fail: if they are wrong, its sockets do. */
    public SmtpSocketFactory() {
        super("smtp", SmtpSocketFactory::made);
    }

    /**
     * The factory that all of the program has in common, so that sessions are resumed. Settings that were wrong are read again.
     *
     * @return a factory
     */
    public static SocketFactory getDefault() {
        return DEFAULT.updateAndGet(made -> made != null && made.configured() ? made : new SmtpSocketFactory());
    }

    private static StartTlsSocketFactory made(SocketFactorySettings settings) throws IOException {
        SmtpClient client = SmtpClient.to("localhost", 25);
        settings.applyTo(client);
        settings.take("name", client::name);
        return client.socketFactory();
    }
}
