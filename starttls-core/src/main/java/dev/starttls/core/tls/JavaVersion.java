package dev.starttls.core.tls;

/** The version of Java that runs, from its property: Android before 15 has no {@code Runtime.Version}, and says 0.9 there. */
final class JavaVersion {

    private JavaVersion() {}

    static String text() {
        return System.getProperty("java.specification.version");
    }

    static boolean isBefore(int feature) {
        return Double.parseDouble(text()) < feature;
    }
}
