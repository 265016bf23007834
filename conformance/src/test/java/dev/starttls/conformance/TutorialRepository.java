package dev.starttls.conformance;

import dev.starttls.core.upgrade.UpgradeConnection;
import dev.starttls.imap.ImapClient;
import dev.starttls.pop3.Pop3Client;
import dev.starttls.smtp.SmtpClient;
import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.jar.Attributes.Name;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.zip.Deflater;
import java.util.zip.ZipEntry;
import org.bouncycastle.jce.provider.BouncyCastleProvider;

/**
 * What stands for Maven Central in the tutorials: a repository with the artifacts that they fetch.
 *
 * <p>With the system property {@code starttls.staged} these are the artifacts that {@code .ci/stage} has staged. Otherwise they are
 * made of the classes of this build, and the executable jar is not the shaded one, which there is not before the tests are run. It has
 * what another jar or module beside it can collide with: the packages of the libraries, no module descriptor, and a
 * service that the JDK uses. What else it needs is where the tests have it.
 */
final class TutorialRepository {

    /** The folder of a repository, with one version of each artifact. */
    private static final String STAGED = "starttls.staged";

    private static final Pattern SIGNATURE = Pattern.compile("META-INF/[^/]*\\.(SF|DSA|RSA)");
    private final Path root;
    private final String version;

    private TutorialRepository(Path root, String version) {
        this.root = root;
        this.version = version;
    }

    /**
     * Makes the repository.
     *
     * @param root an empty folder, which is the repository then
     * @param version that the tutorials name; that of the build, or of what was staged, may be another
     */
    static void publish(Path root, String version) throws IOException {
        TutorialRepository made = new TutorialRepository(root, version);
        String staged = System.getProperty(STAGED);
        if (staged == null) {
            made.library("starttls-core", UpgradeConnection.class);
            made.library("starttls-smtp", SmtpClient.class);
            made.command("starttls-conformance", "-all");
        } else {
            made.copy(Path.of(staged), "starttls-core", "");
            made.copy(Path.of(staged), "starttls-smtp", "");
            made.copy(Path.of(staged), "starttls-conformance", "-all");
        }
    }

    private void copy(Path staged, String name, String suffix) throws IOException {
        try (Stream<Path> versions = Files.list(staged.resolve("dev/starttls").resolve(name))) {
            Path folder = versions.reduce((one, other) -> {
                        throw new AssertionError("Expected one version of " + name + ", got " + one + " and " + other);
                    })
                    .orElseThrow();
            Files.copy(folder.resolve(name + "-" + folder.getFileName() + suffix + ".jar"), artifact(name, suffix));
        }
    }

    private void library(String name, Class<?> member) throws IOException {
        Path library = source(member);
        Path jar = artifact(name, "");
        if (Files.isRegularFile(library)) {
            Files.copy(library, jar);
        } else {
            pack(jar, Map.of(), List.of(library), file -> true);
        }
    }

    private void command(String name, String suffix) throws IOException {
        List<Path> contained = Stream.of(
                        Main.class,
                        UpgradeConnection.class,
                        SmtpClient.class,
                        ImapClient.class,
                        Pop3Client.class,
                        BouncyCastleProvider.class)
                .map(TutorialRepository::source)
                .toList();
        String others = Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator, -1))
                .filter(entry -> !entry.contains("test-classes"))
                .map(entry -> Path.of(entry).toAbsolutePath())
                .filter(entry -> !contained.contains(entry))
                .map(entry -> entry.toUri().toString())
                .collect(Collectors.joining(" "));
        Map<Name, String> attributes = Map.of(Name.MAIN_CLASS, Main.class.getName(), Name.CLASS_PATH, others);
        pack(artifact(name, suffix), attributes, contained, TutorialRepository::shaded);
    }

    /** Whether a file of this name is in the executable jar too. */
    private static boolean shaded(String name) {
        return !SIGNATURE.matcher(name).matches() && !name.endsWith("module-info.class");
    }

    private Path artifact(String name, String suffix) throws IOException {
        Path folder = root.resolve("dev/starttls").resolve(name).resolve(version);
        return Files.createDirectories(folder).resolve(name + "-" + version + suffix + ".jar");
    }

    /** The jar or the folder that a class is of. */
    private static Path source(Class<?> member) {
        return Path.of(URI.create(
                member.getProtectionDomain().getCodeSource().getLocation().toString()));
    }

    /** Makes a jar of what jars and folders contain; of two files of one name it has the first. */
    private static void pack(Path jar, Map<Name, String> attributes, List<Path> sources, Predicate<String> wanted)
            throws IOException {
        Manifest manifest = new Manifest();
        manifest.getMainAttributes().put(Name.MANIFEST_VERSION, "1.0");
        manifest.getMainAttributes().put(Name.MULTI_RELEASE, "true");
        attributes.forEach(manifest.getMainAttributes()::put);
        Set<String> packed = new HashSet<>(Set.of("META-INF/MANIFEST.MF"));
        try (JarOutputStream out = new JarOutputStream(Files.newOutputStream(jar), manifest)) {
            out.setLevel(Deflater.BEST_SPEED);
            for (Path source : sources) {
                if (Files.isDirectory(source)) {
                    add(out, source, wanted, packed);
                } else {
                    try (FileSystem contents = FileSystems.newFileSystem(source)) {
                        add(out, contents.getPath("/"), wanted, packed);
                    }
                }
            }
        }
    }

    private static void add(JarOutputStream out, Path source, Predicate<String> wanted, Set<String> packed)
            throws IOException {
        List<Path> files;
        try (Stream<Path> walked = Files.walk(source)) {
            files = walked.filter(Files::isRegularFile).sorted().toList();
        }
        for (Path file : files) {
            String name = source.relativize(file).toString().replace(File.separatorChar, '/');
            if (wanted.test(name) && packed.add(name)) {
                out.putNextEntry(new ZipEntry(name));
                Files.copy(file, out);
                out.closeEntry();
            }
        }
    }
}
