import java.io.File;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import javax.xml.parsers.DocumentBuilderFactory;
import org.w3c.dom.Element;
import org.w3c.dom.Node;

/**
 * Fails unless a POM that is published says all that Maven Central asks for, and has the dependencies of its module and no others:
 * {@code java PublishedPom.java POM MODULE_POM}.
 */
final class PublishedPom {

    private static final List<String> WANTED = List.of(
            "groupId",
            "artifactId",
            "version",
            "name",
            "description",
            "url",
            "licenses/license/name",
            "licenses/license/url",
            "developers/developer/name",
            "developers/developer/url",
            "scm/connection",
            "scm/developerConnection",
            "scm/url",
            "issueManagement/system",
            "issueManagement/url");
    private static final List<String> UNWANTED =
            List.of("parent", "repositories", "distributionManagement", "dependencyManagement", "build", "profiles");

    private PublishedPom() {}

    public static void main(String[] args) throws Exception {
        Element published = root(args[0]);
        List<String> faults = new ArrayList<>();
        for (String path : WANTED) {
            if (text(published, path).isEmpty()) {
                faults.add("has no " + path);
            }
        }
        for (String name : UNWANTED) {
            if (!children(published, name).isEmpty()) {
                faults.add("has " + name + ", which nobody who depends on it needs");
            }
        }
        var wanted = new TreeSet<String>();
        for (Element dependency : dependencies(root(args[1]))) {
            if (!text(dependency, "scope").equals("test")) {
                wanted.add(described(dependency));
            }
        }
        var found = new TreeSet<String>();
        for (Element dependency : dependencies(published)) {
            found.add(described(dependency));
            if (!text(dependency, "version").matches("[0-9][^$]*")) {
                faults.add("has no version of " + described(dependency));
            }
        }
        if (!found.equals(wanted)) {
            faults.add("has the dependencies " + found + ", expected those of the module: " + wanted);
        }
        if (published.getTextContent().contains("SNAPSHOT")) {
            faults.add("names a snapshot");
        }
        faults.forEach(fault -> System.err.println(args[0] + ": " + fault));
        if (!faults.isEmpty()) {
            System.exit(1);
        }
    }

    private static Element root(String file) throws Exception {
        return DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(new File(file)).getDocumentElement();
    }

    private static List<Element> dependencies(Element project) {
        List<Element> all = children(project, "dependencies");
        return all.isEmpty() ? List.of() : children(all.get(0), "dependency");
    }

    private static String described(Element dependency) {
        String scope = text(dependency, "scope");
        return text(dependency, "groupId") + ":" + text(dependency, "artifactId") + ":" + (scope.isEmpty() ? "compile" : scope)
                + (text(dependency, "optional").equals("true") ? ":optional" : "");
    }

    /** The text of the first element of a path, without the blanks around it. */
    private static String text(Element parent, String path) {
        Element at = parent;
        for (String name : path.split("/")) {
            List<Element> found = children(at, name);
            if (found.isEmpty()) {
                return "";
            }
            at = found.get(0);
        }
        return at.getTextContent().strip();
    }

    private static List<Element> children(Element parent, String name) {
        List<Element> found = new ArrayList<>();
        for (Node child = parent.getFirstChild(); child != null; child = child.getNextSibling()) {
            if (child instanceof Element element && element.getTagName().equals(name)) {
                found.add(element);
            }
        }
        return found;
    }
}
