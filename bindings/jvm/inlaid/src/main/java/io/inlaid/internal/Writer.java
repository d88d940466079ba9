package io.inlaid.internal;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.function.BiConsumer;

import io.inlaid.InvalidConfigException;
import io.inlaid.InvalidDataException;
import io.inlaid.Matrix;
import io.inlaid.Table;

/** Writes options as JSON; arrays go beside it and stand in it as marks. What is not JSON is refused with its name. */
public final class Writer {
    private final StringBuilder json = new StringBuilder("{");
    private final List<Object> blocks;
    private final List<int[]> descriptions;
    private final int own;
    private String path = "";

    /**
     * Starts an object.
     *
     * @param blocks where arrays are put; holds the operation's own already
     * @param descriptions their descriptions
     */
    Writer(List<Object> blocks, List<int[]> descriptions) {
        this.blocks = blocks;
        this.descriptions = descriptions;
        this.own = blocks.size();
    }

    /** The JSON as UTF-8, or null if there is nothing to say. */
    byte[] finish() {
        if (json.length() == 1) {
            return null;
        }
        try {
            return utf8(json.append('}').toString());
        } catch (IllegalArgumentException half) {
            throw new InvalidDataException("a name among the options: " + half.getMessage());
        }
    }

    /**
     * Writes a field.
     *
     * @param <T> its type
     * @param name its name on the wire
     * @param value its value
     * @param write writes it
     * @return this
     */
    public <T> Writer field(String name, T value, BiConsumer<Writer, T> write) {
        separate('{');
        quote(name);
        json.append(':');
        at(path.isEmpty() ? name : path + "." + name, value, write);
        return this;
    }

    /**
     * Writes an object.
     *
     * @param <T> its type
     * @param value its value
     * @param fields writes its fields
     */
    public <T> void object(T value, BiConsumer<T, Writer> fields) {
        json.append('{');
        fields.accept(value, this);
        json.append('}');
    }

    /**
     * Writes a value that is one of several classes.
     *
     * @param <T> its class
     * @param name the name of its class on the wire
     * @param value the value
     * @param fields writes its fields
     */
    public <T> void variant(String name, T value, BiConsumer<T, Writer> fields) {
        object(value, (one, out) -> out.field(name, one, (to, item) -> to.object(item, fields)));
    }

    /**
     * Writes a list.
     *
     * @param <T> what it holds
     * @param items the items
     * @param write writes one
     */
    public <T> void list(List<? extends T> items, BiConsumer<Writer, T> write) {
        json.append('[');
        String outer = path;
        int position = 0;
        for (T item : items) {
            separate('[');
            at(outer + "[" + position++ + "]", item, write);
        }
        json.append(']');
    }

    /**
     * Writes a map.
     *
     * @param <T> what it holds
     * @param items the items
     * @param write writes one
     */
    public <T> void map(Map<String, ? extends T> items, BiConsumer<Writer, T> write) {
        json.append('{');
        items.forEach((name, item) -> field(name, item, write::accept));
        json.append('}');
    }

    /**
     * Writes a value or null.
     *
     * @param <T> what it may be
     * @param value the value
     * @param write writes it
     */
    public <T> void optional(Optional<? extends T> value, BiConsumer<Writer, T> write) {
        if (value.isPresent()) {
            write.accept(this, value.get());
        } else {
            json.append("null");
        }
    }

    /**
     * Writes a number or null.
     *
     * @param value the number
     */
    public void optionalNumber(OptionalDouble value) {
        if (value.isPresent()) {
            number(value.getAsDouble());
        } else {
            json.append("null");
        }
    }

    /**
     * Writes a whole number or null.
     *
     * @param value the number
     */
    public void optionalInteger(OptionalLong value) {
        if (value.isPresent()) {
            integer(value.getAsLong());
        } else {
            json.append("null");
        }
    }

    /**
     * Writes a number.
     *
     * @param value finite
     */
    public void number(double value) {
        if (!Double.isFinite(value)) {
            throw new InvalidConfigException("option `" + path + "`: " + value + " is not allowed; give a finite number");
        }
        json.append(value);
    }

    /**
     * Writes a whole number.
     *
     * @param value the number
     */
    public void integer(long value) {
        json.append(value);
    }

    /**
     * Writes true or false.
     *
     * @param value which
     */
    public void bool(boolean value) {
        json.append(value);
    }

    /**
     * Writes a text.
     *
     * @param value the text
     * @throws InvalidDataException for half of a surrogate pair, with the name and the position
     */
    public void text(String value) {
        int half = halfPair(value);
        if (half >= 0) {
            throw new InvalidDataException(
                    "`" + path + "` is not Unicode: it holds half of a surrogate pair at position " + half);
        }
        quote(value);
    }

    /**
     * Puts a matrix beside the text.
     *
     * @param value the matrix
     */
    public void matrix(Matrix value) {
        mark(value.data(), Border.MATRIX, value.rows(), value.columns());
    }

    /**
     * Puts a table beside the text.
     *
     * @param value the table
     */
    public void table(Table value) {
        Columns columns = Secrets.of(value);
        mark(columns.encode(), Border.TABLE, columns.rows(), columns.columns().size());
    }

    /**
     * Puts a vector beside the text.
     *
     * @param value the numbers
     */
    public void vector(double[] value) {
        mark(value, Border.VECTOR, value.length, 1);
    }

    /**
     * Puts whole numbers beside the text.
     *
     * @param value the numbers
     */
    public void ints(int[] value) {
        mark(value, Border.INTS, value.length, 1);
    }

    /**
     * Text as UTF-8.
     *
     * @param text the text
     * @return its bytes
     * @throws IllegalArgumentException for half a surrogate pair, which no encoding can express
     */
    static byte[] utf8(String text) {
        try {
            ByteBuffer bytes = StandardCharsets.UTF_8.newEncoder().encode(CharBuffer.wrap(text));
            return Arrays.copyOf(bytes.array(), bytes.limit());
        } catch (CharacterCodingException half) {
            throw new IllegalArgumentException("a text holds half a surrogate pair, which is not Unicode", half);
        }
    }

    private void mark(Object block, int kind, int rows, int columns) {
        json.append("{\"$array\":").append(blocks.size() - own).append('}');
        blocks.add(block);
        descriptions.add(new int[] {kind, rows, columns});
    }

    private <T> void at(String place, T value, BiConsumer<Writer, T> write) {
        if (value == null) {
            throw new InvalidConfigException("option `" + place + "`: null is not allowed; give a value, or leave it out where it has a default");
        }
        String outer = path;
        path = place;
        write.accept(this, value);
        path = outer;
    }

    /** A comma, unless the object or list has just begun. */
    private void separate(char start) {
        if (json.charAt(json.length() - 1) != start) {
            json.append(',');
        }
    }

    /** Where a text holds half of a surrogate pair, or -1. */
    private static int halfPair(String text) {
        for (int at = 0; at < text.length(); at++) {
            if (!Character.isSurrogate(text.charAt(at))) {
                continue;
            }
            if (!Character.isSupplementaryCodePoint(text.codePointAt(at))) {
                return at;
            }
            at++;
        }
        return -1;
    }

    private void quote(String text) {
        json.append('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '"', '\\' -> json.append('\\').append(c);
                default -> {
                    if (c < ' ') {
                        json.append(String.format("\\u%04x", (int) c));
                    } else {
                        json.append(c);
                    }
                }
            }
        }
        json.append('"');
    }
}
