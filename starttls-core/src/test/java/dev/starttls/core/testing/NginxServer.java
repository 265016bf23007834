package dev.starttls.core.testing;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * An nginx of our own, which serves files by HTTPS on a free port of loopback.
 *
 * <pre>{@code
 * try (NginxServer https = NginxServer.start(site + "/$host", certificates.named("mta-sts.example.org"))) {
 *     https.port();   // has the files of site/mta-sts.example.org for who asks for that host
 * }
 * }</pre>
 */
public final class NginxServer implements AutoCloseable {

    private final ServerProcess server;
    private final int port;

    private NginxServer(ServerProcess server, int port) {
        this.server = server;
        this.port = port;
    }

    /** Starts one; skips the test if nginx is not installed. */
    public static NginxServer start(String root, TestCertificates.Issued identity)
            throws IOException, InterruptedException {
        return start(root, identity, "", "");
    }

    /** Starts one with directives of its configuration, for the place of all files and for the whole server. */
    public static NginxServer start(String root, TestCertificates.Issued identity, String location, String whole)
            throws IOException, InterruptedException {
        ExternalProgram nginx = ExternalProgram.named("nginx");
        Path folder = ServerProcess.folder("https");
        int port = ServerProcess.freePorts(1).get(0);
        List<Object> pem = new ArrayList<>(List.of(identity.key()));
        pem.addAll(identity.chain());
        Path configuration = Files.writeString(
                folder.resolve("nginx.conf"),
                """
                daemon off;
                pid %1$s/pid;
                error_log stderr;
                events {}
                http {
                    access_log off;
                    client_body_temp_path %1$s/body;
                    proxy_temp_path %1$s/proxy;
                    fastcgi_temp_path %1$s/fastcgi;
                    uwsgi_temp_path %1$s/uwsgi;
                    scgi_temp_path %1$s/scgi;
                    server {
                        listen 127.0.0.1:%2$d ssl;
                        ssl_certificate %3$s;
                        ssl_certificate_key %3$s;
                        %4$s
                        root %6$s;
                        location / { %5$s }
                    }
                }
                """
                        .formatted(
                                folder,
                                port,
                                PemFiles.write(folder.resolve("server.pem"), pem),
                                whole,
                                location,
                                root));
        Process process = nginx.start("-e", "stderr", "-p", folder.toString(), "-c", configuration.toString());
        NginxServer started = new NginxServer(new ServerProcess("nginx", folder, process), port);
        try {
            started.server.awaitPort(port);
        } catch (IOException | InterruptedException e) {
            started.close();
            throw e;
        }
        return started;
    }

    /** The port of HTTPS. */
    public int port() {
        return port;
    }

    @Override
    public void close() throws IOException {
        server.stop();
        server.deleteFolder();
    }
}
