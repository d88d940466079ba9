package io.inlaid.internal;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.function.Function;

import io.inlaid.InternalException;
import io.inlaid.Matrix;
import io.inlaid.Table;

/** A value of a report, with the arrays that its marks stand for. */
public final class Value {
    private final Object json;
    private final Object[] blocks;
    private final int[] descriptions;

    Value(Object json, Object[] blocks, int[] descriptions) {
        this.json = json;
        this.blocks = blocks;
        this.descriptions = descriptions;
    }

    /**
     * A field of an object.
     *
     * @param <T> its type
     * @param name its name on the wire
     * @param read reads it
     * @return its value
     */
    public <T> T field(String name, Function<Value, T> read) {
        return read.apply(at(fields().get(name)));
    }

    /** Whether an object has a field of that name. */
    boolean has(String name) {
        return fields().containsKey(name);
    }

    /**
     * An item of a list.
     *
     * @param position where it stands, from 0
     * @return the item
     */
    public Value item(int position) {
        List<?> items = as(json instanceof List<?> list && position < list.size() ? list : null, "a list");
        return at(items.get(position));
    }

    /**
     * A list.
     *
     * @param <T> what it holds
     * @param read reads one item
     * @return the items
     */
    public <T> List<T> list(Function<Value, T> read) {
        List<?> items = as(json instanceof List<?> list ? list : null, "a list");
        List<T> values = new ArrayList<>(items.size());
        for (Object item : items) {
            values.add(read.apply(at(item)));
        }
        return List.copyOf(values);
    }

    /**
     * A map, in its order.
     *
     * @param <T> what it holds
     * @param read reads one item
     * @return the items
     */
    public <T> Map<String, T> map(Function<Value, T> read) {
        Map<String, T> values = new LinkedHashMap<>();
        fields().forEach((name, item) -> values.put((String) name, read.apply(at(item))));
        return Collections.unmodifiableMap(values);
    }

    /**
     * A value or nothing.
     *
     * @param <T> what it may be
     * @param read reads it
     * @return the value
     */
    public <T> Optional<T> optional(Function<Value, T> read) {
        return json == null ? Optional.empty() : Optional.of(read.apply(this));
    }

    /**
     * A number or nothing.
     *
     * @return the number
     */
    public OptionalDouble optionalNumber() {
        return json == null ? OptionalDouble.empty() : OptionalDouble.of(number());
    }

    /**
     * A whole number or nothing.
     *
     * @return the number
     */
    public OptionalLong optionalInteger() {
        return json == null ? OptionalLong.empty() : OptionalLong.of(integer());
    }

    /**
     * A number.
     *
     * @return the number
     */
    public double number() {
        return as(json instanceof Number number ? number : null, "a number").doubleValue();
    }

    /**
     * A whole number.
     *
     * @return the number
     */
    public long integer() {
        return as(json instanceof Long whole ? whole : null, "a whole number");
    }

    /**
     * A text.
     *
     * @return the text
     */
    public String text() {
        return as(json instanceof String text ? text : null, "a text");
    }

    /**
     * True or false.
     *
     * @return which
     */
    public boolean bool() {
        return as(json instanceof Boolean bool ? bool : null, "true or false");
    }

    /**
     * A matrix beside the text.
     *
     * @return the matrix
     */
    public Matrix matrix() {
        int position = mark(Border.MATRIX);
        int start = position * Border.DESCRIPTION;
        return new Matrix((double[]) blocks[position], descriptions[start + 1], descriptions[start + 2]);
    }

    /**
     * A table beside the text.
     *
     * @return the table
     */
    public Table table() {
        int position = mark(Border.TABLE);
        int rows = descriptions[position * Border.DESCRIPTION + 1];
        return Secrets.table(Columns.decode((Object[]) blocks[position], rows));
    }

    /**
     * A vector beside the text.
     *
     * @return the numbers
     */
    public double[] vector() {
        return (double[]) blocks[mark(Border.VECTOR)];
    }

    /**
     * Whole numbers beside the text.
     *
     * @return the numbers
     */
    public int[] ints() {
        return (int[]) blocks[mark(Border.INTS)];
    }

    /**
     * The name of the only field of an object, which says which class of a union it is.
     *
     * @return the name; empty if there are several fields or none
     */
    public String onlyField() {
        Map<?, ?> fields = fields();
        return fields.size() == 1 ? (String) fields.keySet().iterator().next() : "";
    }

    private int mark(int kind) {
        if (fields().get("$array") instanceof Long position && position < blocks.length
                && descriptions[position.intValue() * Border.DESCRIPTION] == kind) {
            return position.intValue();
        }
        throw unexpected("a mark of an array of kind " + kind);
    }

    private Value at(Object inner) {
        return new Value(inner, blocks, descriptions);
    }

    private Map<?, ?> fields() {
        return as(json instanceof Map<?, ?> map ? map : null, "an object");
    }

    private <T> T as(T value, String wanted) {
        if (value == null) {
            throw unexpected(wanted);
        }
        return value;
    }

    private InternalException unexpected(String wanted) {
        String seen = json == null ? "nothing" : json.getClass().getSimpleName();
        return new InternalException("a reply holds " + seen + " where " + wanted + " should be; please report this");
    }
}
