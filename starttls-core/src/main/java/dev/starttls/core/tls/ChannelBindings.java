package dev.starttls.core.tls;

/** Where the bindings to one TLS session come from; safe for use by several threads, and blocks nowhere. */
@FunctionalInterface
public interface ChannelBindings {

    /**
     * Asks for a binding.
     *
     * @param type of the binding
     * @return the binding, or why there is none
     */
    ChannelBinding of(ChannelBinding.Type type);
}
