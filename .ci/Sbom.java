import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.jar.JarFile;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.ZipEntry;

/**
 * The list of what the executable jar contains (CycloneDX), made and checked. Needs Jackson on the class path.
 *
 * <ul>
 * <li>{@code Sbom.java complete SBOM CLASSPATH LICENSES} adds to what the Maven plugin wrote from the dependencies: what these
 * contain of others, the packages of each component, and the file of its license. CLASSPATH is what goes into the jar.
 * <li>{@code Sbom.java check-built JAR SBOM} is {@code check} for the build, where there is no SBOM if it is made offline: then the
 * plugin writes none.
 * <li>{@code Sbom.java check JAR [REPOSITORY...]} fails unless each component has classes and its license in the jar, and each class
 * in the jar belongs to one component or to the suite. With repositories, laid out as those of Maven, each component is also
 * compared with its artifact there: its checksum, and the octets of its classes.
 * </ul>
 */
final class Sbom {

    private static final String IN_JAR = "META-INF/sbom/application.cdx.json";
    private static final String LICENSES = "META-INF/licenses/";
    /** The property that names the license of a component, by its path in the jar. */
    private static final String LICENSE_FILE = "license.file";
    /** The component that the list is of: what has the list has its classes. */
    private static final String SUITE = "dev/starttls/conformance";

    private static final Pattern MULTI_RELEASE = Pattern.compile("META-INF/versions/\\d+/");
    private static final Pattern CONTAINED_VERSION =
            Pattern.compile("<artifactId>fastdoubleparser</artifactId>\\s*<version>([^<]*)</version>");

    private record License(String spdx, String file) {}

    private static final License APACHE = new License("Apache-2.0", "META-INF/LICENSE");
    /** By group. */
    private static final Map<String, License> OF_GROUP = Map.of(
            "dev.starttls", APACHE,
            "info.picocli", APACHE,
            "com.fasterxml.jackson.core", APACHE,
            "com.samskivert", new License("BSD-3-Clause", LICENSES + "jmustache.txt"),
            "dnsjava", new License("BSD-3-Clause", LICENSES + "dnsjava.txt"),
            "org.slf4j", new License("MIT", LICENSES + "slf4j.txt"),
            "org.bouncycastle", new License("MIT", LICENSES + "bouncycastle.txt"));

    /** What a component contains of others in packages of its own. */
    private record Contained(String artifact, String packages, String name, String purl, License license) {}

    private static final List<Contained> CONTAINED = List.of(
            new Contained(
                    "jackson-core",
                    "com/fasterxml/jackson/core/internal/shaded/fdp/",
                    "fastdoubleparser",
                    "pkg:maven/ch.randelshofer/fastdoubleparser",
                    new License("MIT", "META-INF/FastDoubleParser-LICENSE")),
            new Contained(
                    "jackson-core",
                    "com/fasterxml/jackson/core/io/schubfach",
                    "Schubfach",
                    "pkg:github/c4f7fcce9cb06515/Schubfach",
                    new License("MIT", "META-INF/Schubfach-LICENSE")));

    private static final ObjectMapper JSON = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

    private final List<String> faults = new ArrayList<>();

    public static void main(String[] args) throws IOException {
        var sbom = new Sbom();
        if (args.length == 4 && args[0].equals("complete")) {
            sbom.complete(Path.of(args[1]), args[2], Path.of(args[3]));
        } else if (args.length == 3 && args[0].equals("check-built")) {
            if (Files.exists(Path.of(args[2]))) {
                sbom.check(Path.of(args[1]), List.of());
            }
        } else if (args.length >= 2 && args[0].equals("check")) {
            sbom.check(Path.of(args[1]), Arrays.stream(args).skip(2).map(Path::of).toList());
        } else {
            sbom.faults.add("usage: Sbom.java complete SBOM CLASSPATH LICENSES | check-built JAR SBOM | check JAR [REPOSITORY...]");
        }
        sbom.faults.forEach(System.err::println);
        if (!sbom.faults.isEmpty()) {
            System.exit(1);
        }
    }

    private void complete(Path file, String classPath, Path licenses) throws IOException {
        if (Files.notExists(file)) {
            System.out.println("There is no " + file + ", as the plugin that writes it needs to be online: the jar will have no SBOM");
            return;
        }
        JsonNode sbom = JSON.readTree(file.toFile());
        Map<String, Path> jars = new TreeMap<>();
        for (String entry : classPath.split(File.pathSeparator)) {
            if (Files.isRegularFile(Path.of(entry))) {
                jars.put(Path.of(entry).getFileName().toString(), Path.of(entry));
            }
        }
        for (JsonNode each : sbom.path("components")) {
            var component = (ObjectNode) each;
            Path jar = jars.remove(fileName(component));
            if (jar == null) {
                faults.add(id(component) + ": is in the SBOM and not on the class path of the jar");
                continue;
            }
            // The plugin takes it from the dependency; what is in the jar is there at run time.
            component.put("scope", "required");
            if (!checksum(component).equals(sha256(Files.readAllBytes(jar)))) {
                faults.add(
                        id(component) + ": its SHA-256 in the SBOM is not that of " + jar + "; a build that is online writes the SBOM anew");
            }
            try (var artifact = new JarFile(jar.toFile())) {
                describe(component, artifact, licenses);
            }
        }
        jars.values().forEach(jar -> faults.add(jar + ": is on the class path of the jar and not in the SBOM"));
        JSON.writeValue(file.toFile(), sbom);
    }

    private void describe(ObjectNode component, JarFile artifact, Path licenses) throws IOException {
        Set<String> packages = new TreeSet<>(classes(artifact).values());
        ArrayNode contained = JSON.createArrayNode();
        for (Contained other : CONTAINED) {
            if (!other.artifact().equals(component.path("name").asText())) {
                continue;
            }
            Set<String> its = new TreeSet<>(packages);
            its.removeIf(name -> !name.startsWith(other.packages()));
            packages.removeAll(its);
            ObjectNode inner = contained.addObject().put("type", "library").put("name", other.name());
            String purl = other.purl();
            if (purl.startsWith("pkg:maven/")) {
                String version = containedVersion(component, artifact);
                inner.put("group", purl.split("/")[1]).put("version", version);
                purl += "@" + version + "?type=jar";
            }
            inner.put("bom-ref", purl).put("purl", purl).put("scope", "required");
            complete(inner, other.license(), its);
        }
        if (!contained.isEmpty()) {
            component.set("components", contained);
        }
        License license = OF_GROUP.get(component.path("group").asText());
        if (license == null) {
            faults.add(id(component) + ": has no license in .ci/Sbom.java");
            return;
        }
        complete(component, license, packages);
        if (license.file().startsWith(LICENSES)) {
            String bundled = Files.readString(licenses.resolve(license.file().substring(LICENSES.length())));
            for (String name : List.of("LICENSE", "LICENSE.txt", "LICENSE.md")) {
                ZipEntry own = artifact.getEntry("META-INF/" + name);
                if (own != null && !text(artifact, own).equals(bundled)) {
                    faults.add(id(component) + ": its license has changed: " + license.file() + " is not its META-INF/" + name);
                }
            }
        }
    }

    private String containedVersion(JsonNode component, JarFile artifact) throws IOException {
        ZipEntry pom = artifact.getEntry(
                "META-INF/maven/" + component.path("group").asText() + "/" + component.path("name").asText() + "/pom.xml");
        Matcher version = CONTAINED_VERSION.matcher(pom == null ? "" : text(artifact, pom));
        if (!version.find()) {
            faults.add(id(component) + ": expected its POM to name the version of fastdoubleparser that it contains");
            return "";
        }
        return version.group(1);
    }

    private static void complete(ObjectNode component, License license, Set<String> packages) {
        component.set("licenses", JSON.createArrayNode().add(JSON.createObjectNode()
                .set("license", JSON.createObjectNode().put("id", license.spdx()))));
        component.set("properties", JSON.createArrayNode().add(JSON.createObjectNode()
                .put("name", LICENSE_FILE).put("value", license.file())));
        ArrayNode occurrences = component.putObject("evidence").putArray("occurrences");
        packages.forEach(name -> occurrences.addObject().put("location", name));
    }

    private void check(Path file, List<Path> repositories) throws IOException {
        try (var jar = new JarFile(file.toFile())) {
            ZipEntry entry = jar.getEntry(IN_JAR);
            if (entry == null) {
                faults.add(file + ": has no " + IN_JAR + ": build it with ./mvnw -Dquick -Psbom package");
                return;
            }
            JsonNode sbom = JSON.readTree(text(jar, entry));
            List<JsonNode> components = new ArrayList<>();
            sbom.path("components").forEach(component -> addWithContained(component, components));
            Map<String, String> classes = classes(jar);
            Map<String, JsonNode> owners = checkPackages(components, new TreeSet<>(classes.values()));
            classes.forEach((name, inPackage) -> {
                if (!owners.containsKey(inPackage) && !ofTheSuite(inPackage)) {
                    faults.add(name + ": belongs to no component of the SBOM");
                }
            });
            if (classes.values().stream().noneMatch(Sbom::ofTheSuite)) {
                faults.add(file + ": has no class of the suite");
            }
            checkVersions(jar, sbom.path("metadata").path("component"), components);
            checkLicenses(jar, components);
            if (!repositories.isEmpty()) {
                for (JsonNode component : sbom.path("components")) {
                    compare(jar, component, repositories, classes, owners);
                }
            }
            if (faults.isEmpty()) {
                System.out.println(components.size() + " components, " + classes.size() + " classes");
            }
        }
    }

    private static void addWithContained(JsonNode component, List<JsonNode> all) {
        all.add(component);
        component.path("components").forEach(inner -> addWithContained(inner, all));
    }

    private Map<String, JsonNode> checkPackages(List<JsonNode> components, Set<String> inJar) {
        Map<String, JsonNode> owners = new HashMap<>();
        for (JsonNode component : components) {
            JsonNode occurrences = component.path("evidence").path("occurrences");
            if (occurrences.isEmpty()) {
                faults.add(id(component) + ": has no packages in the SBOM");
            }
            for (JsonNode occurrence : occurrences) {
                String name = occurrence.path("location").asText();
                if (!inJar.contains(name)) {
                    faults.add(id(component) + ": its package " + name + " is not in the jar");
                }
                JsonNode other = owners.put(name, component);
                if (other != null || ofTheSuite(name)) {
                    faults.add(id(component) + ": its package " + name + " is another component's, too");
                }
            }
        }
        return owners;
    }

    private static boolean ofTheSuite(String inPackage) {
        return inPackage.equals(SUITE) || inPackage.startsWith(SUITE + "/");
    }

    /** What the jar itself says of versions is in the list, with that version. */
    private void checkVersions(JarFile jar, JsonNode suite, List<JsonNode> components) throws IOException {
        String version = jar.getManifest().getMainAttributes().getValue("Implementation-Version");
        if (!suite.path("name").asText().equals("starttls-conformance") || !suite.path("version").asText().equals(version)) {
            faults.add("The SBOM is of " + id(suite) + ", the jar of starttls-conformance " + version);
        }
        List<String> listed = new ArrayList<>(components.stream().map(Sbom::id).toList());
        listed.add(id(suite));
        for (ZipEntry entry : jar.stream().filter(each -> each.getName().endsWith("/pom.properties")).toList()) {
            var properties = new Properties();
            try (InputStream in = jar.getInputStream(entry)) {
                properties.load(in);
            }
            String id = String.join(
                    ":", properties.getProperty("groupId"), properties.getProperty("artifactId"), properties.getProperty("version"));
            if (!listed.contains(id)) {
                faults.add(id + ": is in the jar by its pom.properties and not in the SBOM");
            }
        }
    }

    private void checkLicenses(JarFile jar, List<JsonNode> components) {
        Set<String> used = new TreeSet<>();
        for (JsonNode component : components) {
            String file = "";
            for (JsonNode property : component.path("properties")) {
                file = property.path("name").asText().equals(LICENSE_FILE) ? property.path("value").asText() : file;
            }
            ZipEntry text = file.isEmpty() ? null : jar.getEntry(file);
            if (text == null || text.getSize() < 500 || component.path("licenses").isEmpty()) {
                String found = file.isEmpty() ? "none named" : "no text in " + file;
                faults.add(id(component) + ": expected its license in the jar, found " + found);
            }
            used.add(file);
        }
        jar.stream()
                .map(ZipEntry::getName)
                .filter(name -> name.startsWith(LICENSES) && !name.endsWith("/") && !used.contains(name))
                .forEach(name -> faults.add(name + ": is the license of no component"));
    }

    private void compare(
            JarFile jar, JsonNode component, List<Path> repositories, Map<String, String> classes, Map<String, JsonNode> owners)
            throws IOException {
        String path = id(component).replaceFirst(":.*", "").replace('.', '/') + "/" + component.path("name").asText() + "/"
                + component.path("version").asText() + "/" + fileName(component);
        Path file = repositories.stream().map(each -> each.resolve(path)).filter(Files::isRegularFile).findFirst().orElse(null);
        if (file == null || !sha256(Files.readAllBytes(file)).equals(checksum(component))) {
            String fault = file == null ? "expected its artifact in one of " + repositories : "has not the SHA-256 of " + file;
            faults.add(id(component) + ": " + fault);
            return;
        }
        List<JsonNode> its = new ArrayList<>();
        addWithContained(component, its);
        Predicate<JsonNode> isIts = owner -> its.stream().anyMatch(each -> each == owner);
        try (var original = new JarFile(file.toFile())) {
            for (Map.Entry<String, String> each : classes.entrySet()) {
                if (isIts.test(owners.get(each.getValue()))) {
                    ZipEntry entry = original.getEntry(each.getKey());
                    if (entry == null || entry.getCrc() != jar.getEntry(each.getKey()).getCrc()) {
                        faults.add(each.getKey() + ": is not that of " + file);
                    }
                }
            }
        }
    }

    /** The classes of a jar, each with its package. */
    private static Map<String, String> classes(JarFile jar) {
        Map<String, String> classes = new TreeMap<>();
        jar.stream()
                .map(ZipEntry::getName)
                .filter(name -> name.endsWith(".class") && !name.endsWith("module-info.class"))
                .forEach(name -> {
                    String path = MULTI_RELEASE.matcher(name).replaceFirst("");
                    classes.put(name, path.substring(0, Math.max(0, path.lastIndexOf('/'))));
                });
        return classes;
    }

    private static String id(JsonNode component) {
        return component.path("group").asText() + ":" + component.path("name").asText() + ":" + component.path("version").asText();
    }

    private static String fileName(JsonNode component) {
        return component.path("name").asText() + "-" + component.path("version").asText() + ".jar";
    }

    private static String checksum(JsonNode component) {
        for (JsonNode hash : component.path("hashes")) {
            if (hash.path("alg").asText().equals("SHA-256")) {
                return hash.path("content").asText();
            }
        }
        return "";
    }

    private static String sha256(byte[] octets) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(octets));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String text(JarFile jar, ZipEntry entry) throws IOException {
        try (InputStream in = jar.getInputStream(entry)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
