package dev.starttls.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.spi.ToolProvider;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Each example in the javadoc of the four libraries is compiled, word for word. */
class JavadocExamplesTest {

    private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();
    private static final List<String> LIBRARIES =
            List.of("starttls-core", "starttls-smtp", "starttls-imap", "starttls-pop3");
    private static final Pattern EXAMPLE = Pattern.compile("<pre>\\{@code\n(.*?)\n *\\* *\\}</pre>", Pattern.DOTALL);
    /** What distinguishes a diagram of the machine from code. */
    private static final String DIAGRAM = "--> ";

    /** What a reader's editor adds besides the library's own packages. */
    private static final List<String> OTHER_PACKAGES = List.of(
            "java.io",
            "java.net",
            "java.nio",
            "java.nio.channels",
            "java.nio.charset",
            "java.nio.file",
            "java.security.cert",
            "java.time",
            "java.util",
            "java.util.concurrent",
            "javax.net.ssl");

    /** The class around an example that is members and not statements, by the class that it documents. */
    private static final Map<String, String> HEADS = Map.of(
            "ClientDialogue",
            "abstract class Example extends ClientDialogue<String, Example.ExampleCapabilities> {"
                    + " Example() { super(null, null); }"
                    + " static abstract class ExampleCapabilities extends AnnouncedCapabilities {"
                    + " ExampleCapabilities(List<String> lines) { super(lines); }"
                    + " static ExampleCapabilities of(String line) { return null; } }",
            "Dialogue",
            "abstract class Example implements Dialogue { boolean greeted; byte[] SSL_REQUEST;",
            "ProxyDialogue",
            "abstract class Example implements ProxyDialogue { String server;",
            "PrefaceDialogue",
            "abstract class Example implements PrefaceDialogue {",
            "SessionEnd",
            "abstract class Example implements SmtpHandler { abstract void log(String line);",
            "SmtpDataReceiver",
            "abstract class Example implements SmtpDataReceiver { Spool spool; interface Spool { void add(String line);"
                    + " boolean full(); CompletionStage<?> written(); }",
            "SmtpChunkReceiver",
            "abstract class Example implements SmtpChunkReceiver { Spool file; interface Spool { void write(byte[] piece);"
                    + " CompletionStage<Void> flushed(); }");

    private static final String SPOOL =
            "static abstract class Spooling implements SmtpDataReceiver {} static class Spool extends Spooling {"
                    + " Spool(SmtpEnvelope envelope) {} public void line(String line) {}"
                    + " public SmtpReply end() { return null; } }";
    private static final String SOCKS =
            "static class Socks5Dialogue implements ProxyDialogue { Socks5Dialogue(Peer server) {}"
                    + " public ProxyStep opened() { return null; }"
                    + " public ProxyStep received(byte[] reply) { return null; } }";
    private static final String BALANCER = "enum Others { REFUSE, SERVE } interface ProxyProtocol {"
            + " static java.util.function.Function<Peer, PrefaceDialogue> from(Set<InetAddress> balancers, Others others) { return null; } }";
    private static final String DATABASE =
            "interface Database { CompletionStage<String> lookUp(String name); } Database database; String name;";
    private static final String SERVING = "SSLContext context; UpgradeLoop loop;";

    /** What the reader of an example has, by the class that it documents. */
    private static final Map<String, String> SURROUNDINGS = Map.ofEntries(
            Map.entry(
                    "ReloadingKeys",
                    "SmtpServer server; ScheduledExecutorService timer; abstract void reload(ReloadingKeys keys);"),
            Map.entry("ServerKeys", "SmtpServer server; char[] password;"),
            Map.entry("LineDecoder", "ByteBuffer received;"),
            Map.entry("ReceiveBuffer", "SocketChannel channel;"),
            Map.entry("SmtpReplies", "SmtpConnection mail;"),
            Map.entry("SmtpReplyReader", "ByteBuffer octets;"),
            Map.entry("ImapLiteralReceiver", "java.io.OutputStream file;"),
            Map.entry("ImapResponseReader", "ByteBuffer octets;"),
            Map.entry("ImapResponses", "ImapConnection mail;"),
            Map.entry("Pop3ResponseReader", "ByteBuffer octets; OctetSink sink;"),
            Map.entry("Pop3Responses", "Pop3Connection mail; java.io.OutputStream file;"),
            Map.entry("ClientSetup", "SmtpClient client;" + SOCKS),
            Map.entry("ServerSetup", "SmtpServer server; UpgradeLoop loop;" + BALANCER),
            Map.entry("SocketOpener", "SmtpClient client;"),
            Map.entry("ConnectionLimits", "SmtpServer server;"),
            Map.entry("SmtpAnswer", DATABASE + " abstract SmtpAnswer answerFor(String found);"),
            Map.entry("ImapAnswer", DATABASE + " abstract ImapAnswer answerFor(String found);"),
            Map.entry("Pop3Answer", DATABASE + " abstract Pop3Answer answerFor(String found);"),
            Map.entry(
                    "StartTlsChannel",
                    "SocketChannel socketChannel; UpgradeConnection connection; byte[] mail; StartTlsChannel channel; SmtpServer server;"
                            + " List<StartTlsChannel> woken; java.nio.channels.Selector selector;"),
            Map.entry("UpgradeLoop", "InetSocketAddress address; UpgradeConnection connection; UpgradeLoop loop;"),
            Map.entry("LoopChannel", "UpgradeLoop loop; StartTlsChannel channel; ByteBuffer command, reply;"),
            Map.entry("ClientConnection", "SmtpClient client; UpgradeLoop loop;"),
            Map.entry("Downgrade", "abstract void alert(String words);"),
            Map.entry("TlsHistoryFile", "abstract void log(Object line);"),
            Map.entry("ServiceDiscovery", "DnsResolver resolver;"),
            Map.entry("ServiceEndpoint", "ServiceEndpoint endpoint; abstract boolean askUser(String host);"),
            Map.entry(
                    "EngineSource",
                    "SSLContext sslContext; NettySslContext nettySslContext;"
                            + " interface ByteBufAllocator { ByteBufAllocator DEFAULT = null; }"
                            + " interface NettySslContext { SSLEngine newEngine(ByteBufAllocator a, String host, int port); }"),
            Map.entry(
                    "ChannelBinding",
                    "StartTlsChannel channel; Scram scram; interface Scram { void plus(String type, byte[] octets); }"),
            Map.entry("DialogueTranscript", "Log log; interface Log { void debug(String line); }"),
            Map.entry("KeyLog", "java.io.PrintWriter file; EngineSource source;"),
            Map.entry("ServerEndPoint", "SSLEngine engine;"),
            Map.entry("TlsExporter", "TlsSettings settings; SSLEngine engine;"),
            Map.entry("PeerCheck", "TlsSettings settings; ServerIdentity server; SSLEngine engine;"),
            Map.entry("ServerIdentity", "X509Certificate leaf;"),
            Map.entry("ServerVerifier", "Set<X509Certificate> listed;"),
            Map.entry("TlsPump", "SSLEngine engine; ByteBuffer fromApplication, toPeer, fromPeer, toApplication;"),
            Map.entry("TlsSettings", "SSLContext sslContext; TlsSettings.Builder builder;"),
            Map.entry(
                    "UpgradeConnection",
                    "UpgradeConnection connection; ByteBuffer in, out, none;"
                            + " abstract void writeAll(ByteBuffer octets); abstract void read(ByteBuffer octets);"
                            + " abstract void awaitWake();"),
            Map.entry(
                    "UpgradeException",
                    "abstract void attempt() throws UpgradeException;"
                            + " abstract void queueForLater(String type); abstract void notifyPostmaster(String message);"),
            Map.entry(
                    "UpgradeListener",
                    "Metrics metrics; interface Metrics { void increment(String name, String tag); }"),
            Map.entry("UpgradeSettings", "TlsSettings tls;"),
            Map.entry("ImapCapabilities", "ImapCapabilities capabilities;"),
            Map.entry("ImapClientDialogue", "UpgradeSettings settings;"),
            Map.entry(
                    "ImapLogin",
                    "Accounts accounts; ImapHandler mailboxes;"
                            + " interface Accounts { boolean verify(String user, String password); }"),
            Map.entry("ImapServer", "ImapLogin.Credentials users; ImapHandler mailboxes;" + SERVING),
            Map.entry(
                    "ImapServerDialogue",
                    "ImapLogin.Credentials users; ImapHandler mailboxes; UpgradeSettings settings;"),
            Map.entry(
                    "ImapSession",
                    "ImapSession session; record Selected(String mailbox) {} List<ImapSession> subscriptions;"),
            Map.entry("Pop3Capabilities", "Pop3Capabilities capabilities;"),
            Map.entry("Pop3ClientDialogue", "UpgradeSettings settings;"),
            Map.entry(
                    "Pop3Login",
                    "Accounts accounts; interface Accounts { boolean check(String user, String password); }"
                            + " abstract Pop3Mailbox mailboxOf(String user);"),
            Map.entry(
                    "Pop3Maildrop",
                    "Accounts accounts; interface Accounts { Optional<Pop3Mailbox> open(String user, String password); }"),
            Map.entry("Pop3Server", "Pop3Login login;" + SERVING),
            Map.entry("Pop3ServerDialogue", "Pop3Login login; UpgradeSettings settings;"),
            Map.entry("Pop3Session", "Pop3Session session; record User(String name) {}"),
            Map.entry("Candidate", "Candidate candidate;"),
            Map.entry("DeliveryPolicy", "DnsResolver resolver;"),
            Map.entry("Destination", "DeliveryPolicy policy;"),
            Map.entry("HttpsPolicyFetcher", "DnsResolver resolver;"),
            Map.entry("SmtpClient", "DeliveryPolicy policy;"),
            Map.entry("StsPolicies", "DnsResolver resolver; PolicyStore store;"),
            Map.entry("StsRecord", "DnsResolver resolver;"),
            Map.entry("SmtpCapabilities", "SmtpCapabilities capabilities;"),
            Map.entry("SmtpClientDialogue", "UpgradeSettings settings;"),
            Map.entry("SmtpDelivery", SPOOL),
            Map.entry(
                    "SmtpLogin",
                    "Accounts accounts; SmtpDelivery delivery;"
                            + " interface Accounts { boolean verify(String user, String password); }"),
            Map.entry("SmtpServer", "SmtpDelivery delivery;" + SERVING),
            Map.entry("SmtpServerDialogue", "SmtpDelivery delivery; UpgradeSettings settings;"),
            Map.entry("SmtpSession", "SmtpSession session; record Quota(int messages) {}"),
            Map.entry("SmtpTransaction", SPOOL),
            Map.entry("DaneRequirement", "DnsResolver resolver; DnsAnswer mx; SmtpClient client;"),
            Map.entry("DaneVerifier", "TlsaRecords records;"),
            Map.entry("TlsaLookup", "DnsResolver resolver;"),
            Map.entry("TlsaRecords", "DnsAnswer answer; abstract void log(String line);"),
            Map.entry("SmtpConnection", "SmtpConnection connection; Candidate candidate;"),
            Map.entry("TlsResultType", "UpgradeException failure;"),
            Map.entry("ReportedPolicy", "Object tlsa;"),
            Map.entry("ReportedFailure", "InetAddress address;"),
            Map.entry(
                    "ReportedSessions",
                    "TlsReport report; Alarm alarm; interface Alarm { void when(boolean failed, String domain); }"),
            Map.entry("TlsReport", "TlsReport report; byte[] attachment;"),
            Map.entry("TlsReportReader", "byte[] attachment; Log log; interface Log { void info(String line); }"),
            Map.entry("TlsReportRecord", "DnsResolver resolver;"),
            Map.entry("TlsReportMail", "TlsReport report; Instant now;"),
            Map.entry(
                    "TlsReports",
                    "ReportedPolicy policy; Instant now; DnsResolver resolver;"
                            + " abstract void send(TlsReport report, DnsAnswer record);"),
            Map.entry("ReportAttempts", "TlsReport report; Random random;"),
            Map.entry("RequireTls", "Candidate candidate; abstract void mail(String command); abstract void quit();"),
            Map.entry("TlsRequiredHeader", "List<String> lines; Candidate candidate;"));

    @TempDir
    Path folder;

    @Test
    void every_example_compiles() throws Exception {
        Optional<ToolProvider> compiler = ToolProvider.findFirst("javac");
        assumeTrue(compiler.isPresent(), "this Java has no javac");
        List<String> arguments = new ArrayList<>(List.of(
                "--release",
                "17",
                "-proc:none",
                "-d",
                folder.toString(),
                "-cp",
                System.getProperty("java.class.path")));
        int before = arguments.size();
        String imports = imports();
        for (Path source : sources()) {
            String type = source.getFileName().toString().replace(".java", "");
            int count = 0;
            for (String example : examples(Files.readString(source))) {
                count++;
                String home = type.toLowerCase(Locale.ROOT) + count;
                Path file = folder.resolve(home).resolve("Example.java");
                Files.createDirectories(file.getParent());
                Files.writeString(file, "package " + home + ";\n" + imports + around(type, example));
                arguments.add(file.toString());
            }
        }
        assertThat(arguments.size() - before).as("examples").isGreaterThan(50);
        StringWriter detail = new StringWriter();
        PrintWriter printer = new PrintWriter(detail);
        assertThat(compiler.get().run(printer, printer, arguments.toArray(String[]::new)))
                .as(detail::toString)
                .isZero();
    }

    private static String around(String type, String example) {
        if (HEADS.containsKey(type)) {
            return HEADS.get(type) + "\n" + example + "\n}\n";
        }
        String statements = example.startsWith("catch") ? "try { attempt(); }\n" + example : example;
        // What a class or lambda in a call returns is not what the example does.
        boolean returns = example.contains("return ") && !example.strip().endsWith("});");
        String result = returns ? "Object" : "void";
        return "abstract class Example {" + SURROUNDINGS.getOrDefault(type, "") + "\n" + result
                + " run() throws Exception {\n" + statements + "\n}\n}\n";
    }

    private static List<String> examples(String source) {
        List<String> examples = new ArrayList<>();
        Matcher found = EXAMPLE.matcher(source);
        int all = 0;
        while (found.find()) {
            all++;
            String example = found.group(1).replaceAll("(?m)^ *\\* ?", "");
            if (!example.contains(DIAGRAM)) {
                examples.add(example);
            }
        }
        assertThat(source.split("<pre>", -1).length - 1)
                .as("each <pre> is one of {@code ...}")
                .isEqualTo(all);
        return examples;
    }

    private static String imports() throws IOException {
        TreeSet<String> packages = new TreeSet<>(OTHER_PACKAGES);
        for (Path source : sources()) {
            Matcher name = Pattern.compile("(?m)^package ([\\w.]+);").matcher(Files.readString(source));
            if (name.find()) {
                packages.add(name.group(1));
            }
        }
        StringBuilder imports = new StringBuilder();
        packages.forEach(each -> imports.append("import ").append(each).append(".*;\n"));
        return imports.toString();
    }

    private static List<Path> sources() throws IOException {
        List<Path> sources = new ArrayList<>();
        for (String library : LIBRARIES) {
            try (Stream<Path> files = Files.walk(ROOT.resolve(library).resolve("src/main/java"))) {
                files.filter(file -> file.toString().endsWith(".java")).sorted().forEach(sources::add);
            }
        }
        return sources;
    }
}
