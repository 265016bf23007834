/**
 * The upgrade of a plaintext connection to TLS: settings, the upgrade machine and its channel drivers, and the decoder of lines
 * that goes on where the upgrade ends. The octets of TLS are handled in packages that are not exported.
 */
module dev.starttls.core {
    exports dev.starttls.core.line;
    exports dev.starttls.core.line.codec;
    exports dev.starttls.core.hosts;
    exports dev.starttls.core.hosts.file;
    exports dev.starttls.core.dns;
    exports dev.starttls.core.tls;
    exports dev.starttls.core.keys;
    exports dev.starttls.core.upgrade;
    exports dev.starttls.core.discovery;
    exports dev.starttls.core.nio;
}
