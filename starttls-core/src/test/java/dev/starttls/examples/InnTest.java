package dev.starttls.examples;

import dev.starttls.core.nio.StartTlsChannel;
import dev.starttls.core.testing.ExternalProgram;
import dev.starttls.core.upgrade.Dialogue;
import dev.starttls.core.upgrade.FailureReason;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;

/** {@link NntpClient} and the program of INN that serves readers, nnrpd. */
@Tag("more-peers")
class InnTest extends InstalledServerContract {

    private static final Path NEWS = Path.of("..", "target", "peers", "debian", "inn2", "usr", "lib", "news")
            .toAbsolutePath()
            .normalize();
    private static final String LIBRARIES = "LD_LIBRARY_PATH=" + NEWS;
    private static final ExternalProgram ENV = ExternalProgram.named("env");

    @Override
    InstalledServer start(Tls tls) throws IOException, InterruptedException {
        ExternalProgram nnrpd = ExternalProgram.at(NEWS.resolve("bin"), "nnrpd");
        InstalledServer server = InstalledServer.of("inn", "news");
        for (String folder : new String[] {"db", "overview", "articles", "log", "incoming", "incoming/tmp"}) {
            server.folder(folder);
        }
        server.file(
                "inn.conf",
                """
                domain: example.org
                organization: test
                pathhost: news.example.org
                pathnews: %1$s
                pathbin: %1$s/bin
                pathetc: {folder}
                pathdb: {folder}/db
                pathlog: {folder}/log
                pathrun: {folder}
                pathspool: {folder}
                patharticles: {folder}/articles
                pathoverview: {folder}/overview
                pathincoming: {folder}/incoming
                pathtmp: {folder}/incoming/tmp
                enableoverview: true
                nnrpdloadlimit: 0
                ovmethod: tradindexed
                hismethod: hisv6
                mta: "/bin/true %%s"
                """
                                .formatted(NEWS)
                        + (tls == Tls.ON
                                ? "tlscertfile: {folder}/certificate.pem\ntlskeyfile: {folder}/key.pem\n"
                                : ""));
        server.file("storage.conf", "method tradspool {\n  newsgroups: *\n  class: 0\n}\n");
        server.file(
                "readers.conf",
                """
                auth all {
                  hosts: "*"
                  default: "<all>"
                }
                access all {
                  users: "*"
                  newsgroups: "*"
                }
                """);
        server.file("db/active", "local.test 0000000000 0000000001 y\n");
        for (String file : new String[] {"db/newsgroups", "db/active.times", "db/history"}) {
            server.file(file, "");
        }
        run(server, "makedbz", "-i", "-o", "-f", "{folder}/db/history");
        run(server, "makehistory", "-O", "-x");
        return server.start(
                ENV,
                "INNCONF={folder}/inn.conf",
                LIBRARIES,
                nnrpd.path().toString(),
                "-D",
                "-f",
                "-p",
                "{port}",
                "-b",
                "127.0.0.1");
    }

    private static void run(InstalledServer server, String program, String... arguments)
            throws IOException, InterruptedException {
        String[] all = new String[arguments.length + 3];
        all[0] = "INNCONF={folder}/inn.conf";
        all[1] = LIBRARIES;
        all[2] = NEWS.resolve("bin").resolve(program).toString();
        System.arraycopy(arguments, 0, all, 3, arguments.length);
        server.run(ENV, all);
    }

    /** Without a certificate it announces STARTTLS all the same, and answers 580. */
    @Override
    FailureReason without() {
        return FailureReason.REFUSED;
    }

    @Override
    Dialogue client() {
        return new NntpClient();
    }

    @Override
    void exchange(StartTlsChannel channel) throws IOException {
        ask(channel, "GROUP local.test\r\n", "211 0 1 0 local.test\r\n");
    }
}
