package dev.starttls.smtp.policy;

import java.util.List;
import java.util.Map;

/** A value of JSON (RFC 8259 section 3). */
sealed interface JsonValue {

    /** In the order in which the members came. */
    record JsonObject(Map<String, JsonValue> members) implements JsonValue {}

    record JsonArray(List<JsonValue> elements) implements JsonValue {}

    record JsonText(String text) implements JsonValue {}

    /** As it was written. */
    record JsonNumber(String digits) implements JsonValue {}

    enum JsonLiteral implements JsonValue {
        TRUE,
        FALSE,
        NULL
    }

    /** For messages. */
    default String kind() {
        if (this instanceof JsonObject) {
            return "an object";
        }
        if (this instanceof JsonArray) {
            return "an array";
        }
        if (this instanceof JsonText) {
            return "a text";
        }
        return this instanceof JsonNumber ? "a number" : "true, false or null";
    }
}
