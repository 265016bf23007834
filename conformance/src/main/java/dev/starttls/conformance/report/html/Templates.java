package dev.starttls.conformance.report.html;

import com.samskivert.mustache.DefaultCollector;
import com.samskivert.mustache.Escapers;
import com.samskivert.mustache.Mustache;
import com.samskivert.mustache.Template;
import dev.starttls.conformance.report.Visible;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.Iterator;
import java.util.Optional;

/**
 * The templates of the page. All values are made visible and escaped; only the style sheet and the script, which are
 * resources of this package, are inserted as they are, and the page's policy allows a browser no others.
 */
final class Templates {
    private static final Mustache.Compiler COMPILER = Mustache.compiler()
            .strictSections(true)
            .withCollector(new OptionalCollector())
            .withEscaper(text -> Escapers.HTML.escape(Visible.of(text)))
            .withLoader(name -> reader(name + ".mustache"));

    private final Template head = COMPILER.compile(reader("head.mustache"));
    private final Template target = COMPILER.compile(reader("target.mustache"));
    private final Template foot = COMPILER.compile(reader("foot.mustache"));

    /** The page up to the first target. */
    String head(String started) {
        String style = text("report.css");
        return head.execute(new Head(started, style, hash(style), hash(text("report.js"))));
    }

    /** One target. */
    String target(TargetView view) {
        return target.execute(view);
    }

    /** The page after the last target. */
    String foot(Overview overview) {
        return foot.execute(new Foot(overview, text("report.js")));
    }

    /** A section of an optional value is shown once or not at all. */
    private static final class OptionalCollector extends DefaultCollector {
        @Override
        public Iterator<?> toIterator(Object value) {
            return value instanceof Optional<?> optional ? optional.stream().iterator() : super.toIterator(value);
        }
    }

    private record Head(String started, String style, String styleHash, String scriptHash) {}

    private record Foot(Overview overview, String script) {}

    private static Reader reader(String name) {
        InputStream in = Templates.class.getResourceAsStream(name);
        if (in == null) {
            throw new IllegalStateException("the resource " + name + " is not in this jar");
        }
        return new InputStreamReader(in, StandardCharsets.UTF_8);
    }

    private static String text(String name) {
        try (Reader in = reader(name)) {
            StringBuilder text = new StringBuilder();
            char[] chunk = new char[8192];
            for (int n = in.read(chunk); n >= 0; n = in.read(chunk)) {
                text.append(chunk, 0, n);
            }
            return text.toString();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The hash by which a Content-Security-Policy names a style sheet or a script in the page. */
    private static String hash(String text) {
        try {
            return "sha256-"
                    + Base64.getEncoder()
                            .encodeToString(
                                    MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java runtime has SHA-256", e);
        }
    }
}
