package io.inlaid.internal;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A strict reader of JSON (RFC 8259): texts as {@link String}, whole numbers that fit as {@link Long}, others as
 * {@link Double}, lists, maps in their order, {@link Boolean} and null. Names must differ within an object.
 */
public final class Json {
    private static final int DEEPEST = 200;

    private final String text;
    private int at;

    private Json(String text) {
        this.text = text;
    }

    /**
     * Reads one value.
     *
     * @param text the whole text; nothing but white space may follow the value
     * @return the value
     * @throws IllegalArgumentException if the text is not JSON, with the place
     */
    public static Object parse(String text) {
        Json json = new Json(text);
        Object value = json.value(0);
        json.skipSpace();
        if (json.at < text.length()) {
            throw json.wrong("something follows the value");
        }
        return value;
    }

    private Object value(int depth) {
        if (depth > DEEPEST) {
            throw wrong("nested more than " + DEEPEST + " deep");
        }
        skipSpace();
        return switch (peek()) {
            case '{' -> object(depth);
            case '[' -> list(depth);
            case '"' -> string();
            case 't' -> word("true", Boolean.TRUE);
            case 'f' -> word("false", Boolean.FALSE);
            case 'n' -> word("null", null);
            default -> number();
        };
    }

    private Map<String, Object> object(int depth) {
        Map<String, Object> fields = new LinkedHashMap<>();
        at++;
        if (closes('}')) {
            return fields;
        }
        do {
            skipSpace();
            String name = string();
            skipSpace();
            if (!next(':')) {
                throw wrong("expected a colon");
            }
            Object value = value(depth + 1);
            if (fields.containsKey(name)) {
                throw wrong("the name \"" + name + "\" stands twice");
            }
            fields.put(name, value);
        } while (continues('}'));
        return fields;
    }

    private List<Object> list(int depth) {
        List<Object> items = new ArrayList<>();
        at++;
        if (closes(']')) {
            return items;
        }
        do {
            items.add(value(depth + 1));
        } while (continues(']'));
        return items;
    }

    private boolean closes(char end) {
        skipSpace();
        return next(end);
    }

    private boolean continues(char end) {
        skipSpace();
        if (next(',')) {
            return true;
        }
        if (next(end)) {
            return false;
        }
        throw wrong("expected a comma or " + end);
    }

    private String string() {
        if (!next('"')) {
            throw wrong("expected a text");
        }
        StringBuilder plain = null;
        int start = at;
        while (true) {
            char c = peek();
            if (c == '"') {
                String rest = text.substring(start, at++);
                return plain == null ? rest : plain.append(rest).toString();
            }
            if (c == '\\') {
                plain = plain == null ? new StringBuilder() : plain;
                plain.append(text, start, at++).append(escaped());
                start = at;
            } else if (c < ' ') {
                throw wrong("a control character inside a text");
            } else {
                at++;
            }
        }
    }

    private char escaped() {
        char c = peek();
        at++;
        return switch (c) {
            case '"', '\\', '/' -> c;
            case 'b' -> '\b';
            case 'f' -> '\f';
            case 'n' -> '\n';
            case 'r' -> '\r';
            case 't' -> '\t';
            case 'u' -> unicode();
            default -> throw wrong("unknown escape");
        };
    }

    private char unicode() {
        int code = 0;
        for (int end = at + 4; at < end; at++) {
            int digit = peek() < 128 ? Character.digit(peek(), 16) : -1;
            if (digit < 0) {
                throw wrong("expected four hexadecimal digits");
            }
            code = code * 16 + digit;
        }
        return (char) code;
    }

    private Object number() {
        int start = at;
        next('-');
        boolean whole = true;
        if (!next('0')) {
            digits();
        }
        if (next('.')) {
            whole = false;
            digits();
        }
        if (next('e') || next('E')) {
            whole = false;
            if (!next('+')) {
                next('-');
            }
            digits();
        }
        String digits = text.substring(start, at);
        if (whole && !digits.equals("-0")) {
            try {
                return Long.valueOf(digits);
            } catch (NumberFormatException large) {
                return Double.valueOf(digits);
            }
        }
        return Double.valueOf(digits);
    }

    private void digits() {
        int start = at;
        while (at < text.length() && text.charAt(at) >= '0' && text.charAt(at) <= '9') {
            at++;
        }
        if (at == start) {
            throw wrong("expected a value");
        }
    }

    private Object word(String word, Object value) {
        if (!text.startsWith(word, at)) {
            throw wrong("expected a value");
        }
        at += word.length();
        return value;
    }

    private void skipSpace() {
        while (at < text.length() && " \t\n\r".indexOf(text.charAt(at)) >= 0) {
            at++;
        }
    }

    private boolean next(char wanted) {
        if (at < text.length() && text.charAt(at) == wanted) {
            at++;
            return true;
        }
        return false;
    }

    private char peek() {
        if (at >= text.length()) {
            throw wrong("the text ends too early");
        }
        return text.charAt(at);
    }

    private IllegalArgumentException wrong(String reason) {
        return new IllegalArgumentException("not JSON at character " + at + ": " + reason);
    }
}
