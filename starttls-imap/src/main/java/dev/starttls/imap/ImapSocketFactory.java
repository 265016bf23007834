package dev.starttls.imap;

import dev.starttls.core.nio.ConfiguredSocketFactory;
import dev.starttls.core.nio.SocketFactorySettings;
import dev.starttls.core.nio.StartTlsSocketFactory;
import java.io.IOException;
import java.util.concurrent.atomic.AtomicReference;
import javax.net.SocketFactory;

/**
 * The socket factory of IMAP for programs whose settings are strings, by the name of this class: its sockets are those of {@link
 * ImapClient#socketFactory}, and {@link SocketFactorySettings} says where its settings are. It has
 * no keys of its own.
 *
 * <pre>{@code
 * Properties properties = new Properties();
 * properties.setProperty("mail.imap.socketFactory.class", "dev.starttls.imap.ImapSocketFactory");
 * properties.setProperty("mail.imap.socketFactory.fallback", "false");     // or it goes on without a class that it does not find
 * }</pre>
 */
public final class ImapSocketFactory extends ConfiguredSocketFactory {

    private static final AtomicReference<ImapSocketFactory> DEFAULT = new AtomicReference<>();

    /** A factory with the settings that there are now. Does not fail: if they are wrong, its sockets do. */
    public ImapSocketFactory() {
        super("imap", ImapSocketFactory::made);
    }

    /**
     * The factory that all of the program has in common, so that sessions are resumed. Settings that were wrong are read again.
     *
     * @return a factory
     */
    public static SocketFactory getDefault() {
        return DEFAULT.updateAndGet(made -> made != null && made.configured() ? made : new ImapSocketFactory());
    }

    private static StartTlsSocketFactory made(SocketFactorySettings settings) throws IOException {
        ImapClient client = ImapClient.to("localhost", 143);
        settings.applyTo(client);
        return client.socketFactory();
    }
}
