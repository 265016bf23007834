import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.module.ModuleDescriptor;
import java.lang.reflect.Executable;
import java.lang.reflect.Modifier;
import java.lang.reflect.Parameter;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
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
 * javadoc of all libraries. Links to the JDK are compared with the modules, packages, classes and members of the JDK that runs this.
 */
final class BrokenLinks {

    /** In double quotes, in single ones, in none. */
    private static final String VALUE = "\\s*=\\s*(?:\"([^\"]*)\"|'([^']*)'|([^\\s\"'>]+))";

    private static final Pattern LINK = Pattern.compile("(?i)<[a-z]+\\s(?:[^>]*?\\s)?(?:href|src)" + VALUE);
    private static final Pattern ID = Pattern.compile("(?i)<[a-z][a-z0-9]*\\s(?:[^>]*?\\s)?id" + VALUE);
    private static final Pattern OF_THE_JDK =
            Pattern.compile("https://docs\\.oracle\\.com/.*/api/([a-z.]+)/([a-zA-Z0-9/._$-]+)\\.html(?:#(.*))?");
    /** Fewer than these are what a tool has made of nothing. */
    private static final int LEAST_OF_ARTIFACT = 500;

    private static final int LEAST = 10_000;

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
        try (Stream<Path> artifacts = Files.list(Path.of(args[1]))) {
            for (Path artifact : artifacts.sorted().toList()) {
                links.check(artifact, LEAST_OF_ARTIFACT);
            }
        }
        links.check(Path.of(args[2]), LEAST);
        links.broken.forEach(System.err::println);
        System.out.println(links.checked + " links, " + links.broken.size() + " broken");
        if (!links.broken.isEmpty()) {
            System.exit(1);
        }
    }

    private void check(Path folder, int least) throws IOException {
        int before = checked;
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path page : files.filter(file -> file.toString().endsWith(".html")).toList()) {
                Matcher link = LINK.matcher(Files.readString(page));
                while (link.find()) {
                    follow(page, value(link).replace("&amp;", "&"));
                }
            }
        }
        if (checked - before < least) {
            broken.add(folder + ": expected at least " + least + " links, found " + (checked - before));
        }
    }

    private static String value(Matcher attribute) {
        for (int group = 1; group < 3; group++) {
            if (attribute.group(group) != null) {
                return attribute.group(group);
            }
        }
        return attribute.group(3);
    }

    private void follow(Path page, String link) throws IOException {
        Matcher ofAnother = Pattern.compile(published).matcher(link);
        Matcher ofTheJdk = OF_THE_JDK.matcher(link);
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
            leads = inTheJdk(ofTheJdk.group(1), ofTheJdk.group(2), ofTheJdk.group(3));
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
                    found.add(value(id).replace("&lt;", "<").replace("&gt;", ">"));
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

    private static boolean inTheJdk(String module, String page, String fragment) {
        ModuleDescriptor descriptor = ModuleLayer.boot().findModule(module).map(Module::getDescriptor).orElse(null);
        if (descriptor == null) {
            return false;
        }
        if (page.equals("module-summary")) {
            return true;
        }
        String inPackage = page.substring(0, Math.max(0, page.lastIndexOf('/'))).replace('/', '.');
        boolean exported = descriptor.exports().stream().anyMatch(each -> !each.isQualified() && each.source().equals(inPackage));
        if (!exported || page.endsWith("/package-summary")) {
            return exported;
        }
        Class<?> type = type(page.replace('/', '.'));
        return type != null && (fragment == null || fragment.isEmpty() || member(type, decoded(fragment)));
    }

    private static Class<?> type(String name) {
        try {
            return Class.forName(name, false, ClassLoader.getPlatformClassLoader());
        } catch (ClassNotFoundException e) {
            // A nested class: its name on the page has dots.
            int lastDot = name.lastIndexOf('.');
            boolean nested = lastDot > 0 && Character.isUpperCase(name.charAt(name.lastIndexOf('.', lastDot - 1) + 1));
            return nested ? type(name.substring(0, lastDot) + "$" + name.substring(lastDot + 1)) : null;
        }
    }

    /** Whether a class declares the field, method or constructor of an anchor, or it is a heading of the class's text. */
    private static boolean member(Class<?> type, String anchor) {
        int parenthesis = anchor.indexOf('(');
        if (parenthesis < 0) {
            // Headings have no capitals, which no reflection knows.
            return Arrays.stream(type.getDeclaredFields())
                            .anyMatch(field -> field.getName().equals(anchor) && isPublished(field.getModifiers()))
                    || anchor.matches("[a-z][a-z0-9_-]*");
        }
        String name = anchor.substring(0, parenthesis);
        Executable[] declared = name.equals("<init>") ? type.getDeclaredConstructors() : type.getDeclaredMethods();
        return Arrays.stream(declared)
                .filter(each -> isPublished(each.getModifiers()) && (name.equals("<init>") || each.getName().equals(name)))
                .anyMatch(each -> signature(each, false).equals(anchor.substring(parenthesis))
                        || signature(each, true).equals(anchor.substring(parenthesis)));
    }

    private static boolean isPublished(int modifiers) {
        return Modifier.isPublic(modifiers) || Modifier.isProtected(modifiers);
    }

    /** As javadoc writes it: without arguments of types, and with the names of type variables. */
    private static String signature(Executable executable, boolean erased) {
        var text = new StringBuilder("(");
        for (Parameter parameter : executable.getParameters()) {
            Type type = erased ? parameter.getType() : parameter.getParameterizedType();
            String name = (type instanceof ParameterizedType generic ? generic.getRawType() : type).getTypeName().replace('$', '.');
            text.append(text.length() > 1 ? "," : "").append(parameter.isVarArgs() ? name.replaceFirst("\\[]$", "...") : name);
        }
        return text.append(')').toString();
    }
}
