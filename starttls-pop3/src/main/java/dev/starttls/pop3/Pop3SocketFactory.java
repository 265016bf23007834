package dev.starttls.pop3;

import dev.starttls.core.nio.ConfiguredSocketFactory;
import dev.starttls.core.nio.SocketFactorySettings;
import dev.starttls.core.nio.StartTlsSocketFactory;
import java.io.IOException;
import java.util.concurrent.atomic.AtomicReference;
import javax.net.SocketFactory;

/**
 * The socket factory of POP3 for programs whose settings are strings, by the name of this class: its sockets are those of {@link
 * Pop3Client#socketFactory}, and {@link SocketFactorySettings} says where its settings are. It has
 * no keys of its own.
 *
 * <pre>{@code
 * Properties properties = new Properties();
 * properties.setProperty("mail.pop3.socketFactory.class", "dev.starttls.pop3.Pop3SocketFactory");
 * properties.setProperty("mail.pop3.socketFactory.fallback", "false");     // or it goes on without a class that it does not find
 * }</pre>
 */
public final class Pop3SocketFactory extends ConfiguredSocketFactory {

    private static final AtomicReference<Pop3SocketFactory> DEFAULT = new AtomicReference<>();

    /** A factory with the settings that there are now. Does not fail: if they are wrong, its sockets do. */
    public Pop3SocketFactory() {
        super("pop3", Pop3SocketFactory::made);
    }

    /**
     * The factory that all of the program has in common, so that sessions are resumed. Settings that were wrong are read again.
     *
     * @return a factory
     */
    public static SocketFactory getDefault() {
        return DEFAULT.updateAndGet(made -> made != null && made.configured() ? made : new Pop3SocketFactory());
    }

    private static StartTlsSocketFactory made(SocketFactorySettings settings) throws IOException {
        Pop3Client client = Pop3Client.to("localhost", 110);
        settings.applyTo(client);
        return client.socketFactory();
    }
}
