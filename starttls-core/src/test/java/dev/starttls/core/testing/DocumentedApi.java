package dev.starttls.core.testing;

import static java.util.stream.Collectors.joining;
import static java.util.stream.Collectors.toSet;

import com.sun.source.doctree.DocCommentTree;
import com.sun.source.doctree.DocTree;
import com.sun.source.doctree.ParamTree;
import com.sun.source.doctree.ThrowsTree;
import com.sun.source.tree.ClassTree;
import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.ExportsTree;
import com.sun.source.tree.MethodTree;
import com.sun.source.tree.ModifiersTree;
import com.sun.source.tree.ParameterizedTypeTree;
import com.sun.source.tree.Tree;
import com.sun.source.tree.TypeParameterTree;
import com.sun.source.tree.VariableTree;
import com.sun.source.util.DocTrees;
import com.sun.source.util.JavacTask;
import com.sun.source.util.TreePath;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import javax.lang.model.element.Modifier;
import javax.tools.DiagnosticCollector;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;

/**
 * What the comments of a module's API lack. Doclint's group {@code missing} demands more than is worth reading: a
 * {@code @return this} of each setter, and each component of a record described once more at its constructor. The rule
 * here is:
 *
 * <ul>
 *   <li>Each package, each module and each public or protected type has a comment; in an exported package, each public or
 *       protected member too.
 *   <li>Each component of a record, each type parameter and each parameter has a {@code @param}, except a component where
 *       it is a parameter of the record's constructor, and the only parameter of a setter.
 *   <li>Each result has a {@code @return} or an inline one, except that of a setter: a method that returns its own class,
 *       perhaps by a type parameter that is bounded by it, and is not static.
 *   <li>Each exception of a {@code throws} clause has a {@code @throws}, of itself or of a class that the same sources
 *       derive from it.
 *   <li>A method with {@code @Override} inherits its comment and needs none.
 * </ul>
 *
 * <p>The sources are parsed and not compiled. That each tag has a text and names what exists is left to doclint.
 */
public final class DocumentedApi {

    private final DocTrees comments;
    private final Set<String> exported = new HashSet<>();
    private final Map<String, String> superclasses = new HashMap<>();
    private final List<String> missing = new ArrayList<>();

    private DocumentedApi(DocTrees comments) {
        this.comments = comments;
    }

    /**
     * Reads all sources in a folder.
     *
     * @param sources for instance {@code src/main/java}
     * @param exported packages that are exported besides those of the module's declaration, if there is one
     * @return a line for each thing missing: the file and line, the member, and what is missing
     * @throws IOException if they cannot be read
     */
    public static List<String> missing(Path sources, String... exported) throws IOException {
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        try (StandardJavaFileManager files = compiler.getStandardFileManager(null, null, null)) {
            var problems = new DiagnosticCollector<JavaFileObject>();
            var task = (JavacTask) compiler.getTask(
                    null, files, problems, List.of("-proc:none"), null, files.getJavaFileObjects(javaFiles(sources)));
            var units = new ArrayList<CompilationUnitTree>();
            task.parse().forEach(units::add);
            if (!problems.getDiagnostics().isEmpty()) {
                throw new IllegalArgumentException(
                        "sources: expected Java that compiles, got " + problems.getDiagnostics());
            }
            var api = new DocumentedApi(DocTrees.instance(task));
            api.exported.addAll(List.of(exported));
            units.forEach(api::declarations);
            units.forEach(api::unit);
            return api.missing;
        }
    }

    private static Path[] javaFiles(Path sources) throws IOException {
        try (Stream<Path> files = Files.walk(sources)) {
            Path[] found = files.filter(file -> file.toString().endsWith(".java"))
                    .sorted()
                    .toArray(Path[]::new);
            if (found.length == 0) {
                throw new IllegalArgumentException("sources: expected a folder with .java files, got " + sources);
            }
            return found;
        }
    }

    private void declarations(CompilationUnitTree unit) {
        if (unit.getModule() != null) {
            unit.getModule().getDirectives().stream()
                    .filter(ExportsTree.class::isInstance)
                    .map(exports -> ((ExportsTree) exports).getPackageName().toString())
                    .forEach(exported::add);
        }
        for (Tree declared : unit.getTypeDecls()) {
            if (declared instanceof ClassTree type && type.getExtendsClause() != null) {
                superclasses.put(type.getSimpleName().toString(), simpleName(erased(type.getExtendsClause())));
            }
        }
    }

    private void unit(CompilationUnitTree unit) {
        var path = new TreePath(unit);
        if (unit.getModule() != null) {
            comment(
                    new TreePath(path, unit.getModule()),
                    unit.getModule().getName().toString());
        } else if (unit.getSourceFile()
                .isNameCompatible("package-info", unit.getSourceFile().getKind())) {
            comment(new TreePath(path, unit.getPackage()), unit.getPackageName().toString());
        }
        for (Tree declared : unit.getTypeDecls()) {
            if (declared instanceof ClassTree type && isVisible(type.getModifiers())) {
                type(new TreePath(path, type), type, type.getSimpleName().toString());
            }
        }
    }

    private static boolean isVisible(ModifiersTree modifiers) {
        return modifiers.getFlags().contains(Modifier.PUBLIC)
                || modifiers.getFlags().contains(Modifier.PROTECTED);
    }

    private void type(TreePath path, ClassTree type, String name) {
        DocCommentTree comment = comment(path, name);
        boolean isExported =
                exported.contains(path.getCompilationUnit().getPackageName().toString());
        if (comment != null && isExported) {
            typeParameters(path, name, type.getTypeParameters(), comment);
            for (String component : components(type)) {
                require(params(comment, false).contains(component), path, name, "@param " + component);
            }
        }
        boolean ofInterface = type.getKind() == Tree.Kind.INTERFACE || type.getKind() == Tree.Kind.ANNOTATION_TYPE;
        for (Tree member : type.getMembers()) {
            var at = new TreePath(path, member);
            if (member instanceof ClassTree nested && isApi(nested.getModifiers(), ofInterface)) {
                type(at, nested, name + "." + nested.getSimpleName());
            } else if (isExported && member instanceof MethodTree method && isApi(method.getModifiers(), ofInterface)) {
                method(at, method, type, name);
            } else if (isExported && member instanceof VariableTree field && isApi(field.getModifiers(), ofInterface)) {
                comment(at, name + "." + field.getName());
            }
        }
    }

    private static boolean isApi(ModifiersTree modifiers, boolean ofInterface) {
        return isVisible(modifiers) || (ofInterface && !modifiers.getFlags().contains(Modifier.PRIVATE));
    }

    private void method(TreePath path, MethodTree method, ClassTree type, String typeName) {
        if (method.getModifiers().getAnnotations().stream()
                .anyMatch(
                        annotation -> annotation.getAnnotationType().toString().equals("Override"))) {
            return;
        }
        boolean isConstructor = method.getReturnType() == null;
        String name = typeName
                + (isConstructor ? "" : "." + method.getName())
                + method.getParameters().stream()
                        .map(parameter -> parameter.getType().toString())
                        .collect(joining(", ", "(", ")"));
        DocCommentTree comment = comment(path, name);
        if (comment == null) {
            return;
        }
        typeParameters(path, name, method.getTypeParameters(), comment);
        boolean isSetter = !isConstructor && returnsItsClass(method, type);
        Set<String> described = params(comment, false);
        if (isConstructor) {
            described.addAll(components(type));
        }
        if (!isSetter || method.getParameters().size() > 1) {
            for (VariableTree parameter : method.getParameters()) {
                String parameterName = parameter.getName().toString();
                require(described.contains(parameterName), path, name, "@param " + parameterName);
            }
        }
        if (!isConstructor && !isSetter && !method.getReturnType().toString().equals("void")) {
            require(hasReturn(comment), path, name, "@return");
        }
        Set<String> exceptions = exceptions(comment);
        for (Tree exception : method.getThrows()) {
            String exceptionName = simpleName(exception.toString());
            require(exceptions.contains(exceptionName), path, name, "@throws " + exceptionName);
        }
    }

    private DocCommentTree comment(TreePath path, String name) {
        DocCommentTree comment = comments.getDocCommentTree(path);
        require(comment != null && !comment.getFullBody().isEmpty(), path, name, "a comment");
        return comment;
    }

    private void typeParameters(
            TreePath path, String name, List<? extends TypeParameterTree> parameters, DocCommentTree comment) {
        for (TypeParameterTree parameter : parameters) {
            String parameterName = parameter.getName().toString();
            require(params(comment, true).contains(parameterName), path, name, "@param <" + parameterName + ">");
        }
    }

    private static Set<String> params(DocCommentTree comment, boolean ofTypes) {
        return comment.getBlockTags().stream()
                .filter(tag -> tag instanceof ParamTree param && param.isTypeParameter() == ofTypes)
                .map(tag -> ((ParamTree) tag).getName().getName().toString())
                .collect(toSet());
    }

    private static boolean hasReturn(DocCommentTree comment) {
        return Stream.concat(comment.getFullBody().stream(), comment.getBlockTags().stream())
                .anyMatch(tree -> tree.getKind() == DocTree.Kind.RETURN);
    }

    /** The exceptions that a comment describes, and those that they are derived from. */
    private Set<String> exceptions(DocCommentTree comment) {
        var names = new HashSet<String>();
        for (DocTree tag : comment.getBlockTags()) {
            if (tag instanceof ThrowsTree thrown) {
                String name = simpleName(thrown.getExceptionName().getSignature());
                while (name != null && names.add(name)) {
                    name = superclasses.get(name);
                }
            }
        }
        return names;
    }

    /** The names of a record's components, which the parser represents as its only fields that are not static. */
    private static Set<String> components(ClassTree type) {
        return type.getMembers().stream()
                .filter(member -> type.getKind() == Tree.Kind.RECORD
                        && member instanceof VariableTree field
                        && !field.getModifiers().getFlags().contains(Modifier.STATIC))
                .map(member -> ((VariableTree) member).getName().toString())
                .collect(toSet());
    }

    private static boolean returnsItsClass(MethodTree method, ClassTree type) {
        String itself = type.getSimpleName().toString();
        String returned = erased(method.getReturnType());
        return !method.getModifiers().getFlags().contains(Modifier.STATIC)
                && (returned.equals(itself)
                        || type.getTypeParameters().stream()
                                .anyMatch(parameter -> returned.equals(
                                                parameter.getName().toString())
                                        && parameter.getBounds().stream()
                                                .anyMatch(bound -> erased(bound).equals(itself))));
    }

    private static String erased(Tree type) {
        return (type instanceof ParameterizedTypeTree generic ? generic.getType() : type).toString();
    }

    private static String simpleName(String name) {
        return name.substring(name.lastIndexOf('.') + 1);
    }

    private void require(boolean found, TreePath path, String name, String what) {
        if (!found) {
            CompilationUnitTree unit = path.getCompilationUnit();
            long position = comments.getSourcePositions().getStartPosition(unit, path.getLeaf());
            missing.add(unit.getSourceFile().getName() + ":" + unit.getLineMap().getLineNumber(position) + ": " + name
                    + ": missing " + what);
        }
    }
}
