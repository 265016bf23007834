package dev.starttls.core.testing;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

/** The types that a class file's constant pool names (JVMS section 4.4), whatever its code does with them. */
final class ClassConstants {

    private static final Pattern IN_DESCRIPTOR = Pattern.compile("L([^;]+);");

    private ClassConstants() {}

    /**
     * The types of its classes and method types; of arrays, those of the elements.
     *
     * @param classFile in a folder or a jar
     * @return their names as {@code Class.getName} has them
     */
    static Set<String> of(URI classFile) {
        try (DataInputStream in =
                new DataInputStream(new BufferedInputStream(classFile.toURL().openStream()))) {
            in.skipNBytes(8);
            return names(in);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Set<String> names(DataInputStream in) throws IOException {
        int count = in.readUnsignedShort();
        Map<Integer, String> texts = new HashMap<>();
        List<Integer> classes = new ArrayList<>();
        List<Integer> descriptors = new ArrayList<>();
        for (int i = 1; i < count; i++) {
            int tag = in.readUnsignedByte();
            switch (tag) {
                case 1 -> texts.put(i, in.readUTF());
                case 7 -> classes.add(in.readUnsignedShort());
                case 16 -> descriptors.add(in.readUnsignedShort());
                case 8, 19, 20 -> in.skipNBytes(2);
                case 15 -> in.skipNBytes(3);
                case 3, 4, 9, 10, 11, 12, 17, 18 -> in.skipNBytes(4);
                // A long and a double are as two entries.
                case 5, 6 -> {
                    in.skipNBytes(8);
                    i++;
                }
                default -> throw new IOException("Expected a tag of JVMS table 4.4-A, got " + tag);
            }
        }
        Set<String> names = new TreeSet<>();
        for (int index : classes) {
            String name = texts.get(index);
            if (name.startsWith("[")) {
                descriptors.add(index);
            } else {
                names.add(name.replace('/', '.'));
            }
        }
        for (int index : descriptors) {
            IN_DESCRIPTOR
                    .matcher(texts.get(index))
                    .results()
                    .forEach(type -> names.add(type.group(1).replace('/', '.')));
        }
        return names;
    }
}
