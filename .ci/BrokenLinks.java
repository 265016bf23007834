import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Fails when a link of javadoc leads nowhere: {@code java BrokenLinks.java VERSION PAGES TOGETHER}. PAGES has a folder for each
 * artifact, whose pages link those of others on javadoc.io; these are looked for in the folder of that artifact. TOGETHER is the
 * javadoc of all libraries. Links to the JDK are compared with the classes of the JDK that runs this.
 */
final class BrokenLinks {

    private static final Pattern LINK = Pattern.compile("<(?:a|link|script)\\s[^>]*?(?:href|src)=\"([^\"]*)\"");
    private static final Pattern ID = Pattern.compile("\\sid=\"([^\"]*)\"");
    private static final Pattern OF_THE_JDK = Pattern.compile("https://docs\\.oracle\\.com/.*/api/([a-z.]+)/([a-zA-Z0-9/._$]+)\\.html");

    private final Map<Path, Set<String>> ids = new HashMap<>();
    private final Set<String> broken = new TreeSet<>();
    private final Path pages;
    private final String published;
    private int checked;

    private BrokenLinks(String version, Path pages) {
        this.pages = pages;
        this.published = "https://javadoc.io/doc/dev.starttls/(starttls-[a-z0-9]+)/" + Pattern.quote(version) + "/(.*)";
    }

    public static void main(String[] args) throws IOException {
        var links = new BrokenLinks(args[0], Path.of(args[1]));
        links.check(Path.of(args[1]));
        links.check(Path.of(args[2]));
        links.broken.forEach(System.err::println);
        System.out.println(links.checked + " links, " + links.broken.size() + " broken");
        if (!links.broken.isEmpty() || links.checked < 10_000) {
            System.exit(1);
        }
    }

    private void check(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path page : files.filter(file -> file.toString().endsWith(".html")).toList()) {
                Matcher link = LINK.matcher(Files.readString(page));
                while (link.find()) {
                    follow(page, link.group(1).replace("&amp;", "&"));
                }
            }
        }
    }

    private void follow(Path page, String link) throws IOException {
        Matcher ofAnother = Pattern.compile(published).matcher(link);
        Matcher ofTheJdk = OF_THE_JDK.matcher(link.replaceAll("#.*", ""));
        // The javadoc of JDK 17 links a prefix of packages that its page of constants does not have.
        boolean ofTheTool = page.endsWith("constant-values.html") && link.equals("#dev.starttls");
        if (link.startsWith("javascript:") || ofTheTool) {
            return;
        }
        checked++;
        boolean leads;
        if (ofAnother.matches()) {
            leads = exists(pages.resolve(ofAnother.group(1)), ofAnother.group(2));
        } else if (ofTheJdk.matches()) {
            leads = ofTheJdk.group(2).endsWith("package-summary") || ofTheJdk.group(2).endsWith("module-summary") || known(ofTheJdk.group(2));
        } else if (link.matches("[a-z]+:.*")) {
            leads = !link.contains("starttls");
        } else {
            leads = link.startsWith("#") ? ids(page).contains(decoded(link.substring(1))) : exists(page.getParent(), link);
        }
        if (!leads) {
            broken.add(page + ": " + link);
        }
    }

    private boolean exists(Path folder, String link) throws IOException {
        String[] parts = link.split("#", 2);
        Path target = folder.resolve(parts[0].replaceAll("\\?.*", "")).normalize();
        return Files.isRegularFile(target)
                && (parts.length == 1 || parts[1].isEmpty() || ids(target).contains(decoded(parts[1])));
    }

    private Set<String> ids(Path page) {
        return ids.computeIfAbsent(page, file -> {
            try {
                var found = new HashSet<String>();
                Matcher id = ID.matcher(Files.readString(file));
                while (id.find()) {
                    found.add(id.group(1).replace("&lt;", "<").replace("&gt;", ">"));
                }
                return found;
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
    }

    private static String decoded(String fragment) {
        return URLDecoder.decode(fragment.replace("+", "%2B"), StandardCharsets.UTF_8);
    }

    private static boolean known(String type) {
        try {
            Class.forName(type.replace('/', '.'), false, null);
            return true;
        } catch (ClassNotFoundException e) {
            // A nested class: its name on the page has dots.
            int lastDot = type.lastIndexOf('.');
            return lastDot > 0 && known(type.substring(0, lastDot) + "$" + type.substring(lastDot + 1));
        }
    }
}
