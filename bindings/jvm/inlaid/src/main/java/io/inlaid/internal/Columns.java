package io.inlaid.internal;

import java.lang.reflect.Array;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;

import io.inlaid.InvalidDataException;

/**
 * Named columns of equal length as primitive arrays, and how they cross the border.
 *
 * @param columns the columns in their order
 * @param rows how long each is
 */
public record Columns(List<Column> columns, int rows) {
    /** Numbers as {@code double[]}; NaN is a missing one. */
    public static final int FLOATS = 0;
    /** Whole numbers as {@code long[]}. */
    public static final int INTEGERS = 1;
    /** True or false as {@code boolean[]}. */
    public static final int BOOLEANS = 2;
    /** Texts as {@code String[]}; null is a missing one. */
    public static final int TEXTS = 3;
    /** Days since 1970-01-01 as {@code int[]}. */
    public static final int DATES = 4;
    /** Seconds since 1970 as {@code long[]}; milli-, micro- and nanoseconds follow. */
    public static final int SECONDS = 5;
    /** Microseconds since 1970. */
    public static final int MICROSECONDS = 7;
    /** Nanoseconds since 1970. */
    public static final int NANOSECONDS = 8;

    private static final int NAMES = 0;
    private static final int KINDS = 1;
    private static final int VALUES = 2;
    private static final int MISSING = 3;
    private static final int ZONES = 4;
    private static final int PLACES = 5;

    /**
     * One column.
     *
     * @param name its name
     * @param kind what its values are
     * @param values an array of the kind
     * @param missing true where a value is missing; null where none is, and for texts
     * @param zone the zone of timestamps; null for local times and other kinds
     */
    public record Column(String name, int kind, Object values, boolean[] missing, String zone) {
        /**
         * Whether there is no value.
         *
         * @param row where
         * @return true if missing
         */
        public boolean isMissing(int row) {
            return switch (kind) {
                case FLOATS -> Double.isNaN(((double[]) values)[row]);
                case TEXTS -> ((String[]) values)[row] == null;
                default -> missing != null && missing[row];
            };
        }

        int length() {
            return Array.getLength(values);
        }

        boolean same(Column that) {
            return name.equals(that.name) && kind == that.kind && Objects.equals(zone, that.zone)
                    && Objects.deepEquals(values, that.values) && Arrays.equals(missing, that.missing);
        }
    }

    /**
     * Columns that were checked.
     *
     * @param columns the columns
     * @return the same
     * @throws InvalidDataException if two share a name or their lengths differ
     */
    public static Columns of(List<Column> columns) {
        int rows = columns.isEmpty() ? 0 : columns.get(0).length();
        List<String> names = new ArrayList<>();
        for (Column column : columns) {
            if (names.contains(column.name())) {
                throw new InvalidDataException("two columns are named \"" + column.name() + "\"; names must differ");
            }
            if (column.length() != rows) {
                throw new InvalidDataException("column \"" + column.name() + "\" has " + column.length() + " rows, \""
                        + columns.get(0).name() + "\" has " + rows + "; all columns must be equally long");
            }
            names.add(column.name());
        }
        return new Columns(List.copyOf(columns), rows);
    }

    @Override
    public boolean equals(Object other) {
        if (!(other instanceof Columns that) || columns.size() != that.columns.size()) {
            return false;
        }
        for (int i = 0; i < columns.size(); i++) {
            if (!columns.get(i).same(that.columns.get(i))) {
                return false;
            }
        }
        return true;
    }

    @Override
    public int hashCode() {
        int hash = rows;
        for (Column column : columns) {
            hash = 31 * hash + Arrays.deepHashCode(new Object[] {column.name, column.kind, column.values});
        }
        return hash;
    }

    /** The border form. */
    Object[] encode() {
        int count = columns.size();
        Object[] names = new Object[count];
        int[] kinds = new int[count];
        Object[] values = new Object[count];
        Object[] missing = new Object[count];
        Object[] zones = new Object[count];
        for (int i = 0; i < count; i++) {
            Column column = columns.get(i);
            names[i] = column.name();
            kinds[i] = column.kind();
            missing[i] = column.missing();
            zones[i] = column.zone();
            values[i] = column.values();
            if (column.kind() == TEXTS) {
                String[] texts = (String[]) column.values();
                values[i] = Texts.encode("column \"" + column.name() + "\"", texts, true);
                missing[i] = nulls(texts);
            }
        }
        Object[] table = new Object[PLACES];
        table[NAMES] = names;
        table[KINDS] = kinds;
        table[VALUES] = values;
        table[MISSING] = missing;
        table[ZONES] = zones;
        return table;
    }

    /** From the border form. */
    static Columns decode(Object[] table, int rows) {
        Object[] names = (Object[]) table[NAMES];
        int[] kinds = (int[]) table[KINDS];
        List<Column> columns = new ArrayList<>(names.length);
        for (int i = 0; i < names.length; i++) {
            boolean[] missing = (boolean[]) ((Object[]) table[MISSING])[i];
            Object values = ((Object[]) table[VALUES])[i];
            if (kinds[i] == TEXTS) {
                values = decode((Object[]) values, missing);
                missing = null;
            }
            String zone = (String) ((Object[]) table[ZONES])[i];
            columns.add(new Column((String) names[i], kinds[i], values, missing, zone));
        }
        return new Columns(List.copyOf(columns), rows);
    }

    private static boolean[] nulls(String[] texts) {
        boolean[] missing = null;
        for (int i = 0; i < texts.length; i++) {
            if (texts[i] == null) {
                missing = missing == null ? new boolean[texts.length] : missing;
                missing[i] = true;
            }
        }
        return missing;
    }

    private static String[] decode(Object[] pair, boolean[] missing) {
        byte[] block = (byte[]) pair[0];
        int[] ends = (int[]) pair[1];
        String[] texts = new String[ends.length];
        int start = 0;
        String last = null;
        for (int i = 0; i < ends.length; i++) {
            if (missing == null || !missing[i]) {
                String text = new String(block, start, ends[i] - start, StandardCharsets.UTF_8);
                last = text.equals(last) ? last : text; // names of series repeat row after row
                texts[i] = last;
            }
            start = ends[i];
        }
        return texts;
    }
}
