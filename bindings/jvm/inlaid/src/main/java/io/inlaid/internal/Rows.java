package io.inlaid.internal;

import java.lang.reflect.Constructor;
import java.lang.reflect.RecordComponent;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;

import io.inlaid.InvalidDataException;
import io.inlaid.UnsupportedException;
import io.inlaid.internal.Columns.Column;

/** Tables seen by row: maps and records. */
public final class Rows {
    private Rows() {}

    /**
     * One value of a column.
     *
     * @param column the column
     * @param row the row
     * @return the value, null where missing
     */
    public static Object value(Column column, int row) {
        Objects.checkIndex(row, column.length());
        if (column.isMissing(row)) {
            return null;
        }
        return switch (column.kind()) {
            case Columns.FLOATS -> ((double[]) column.values())[row];
            case Columns.INTEGERS -> ((long[]) column.values())[row];
            case Columns.BOOLEANS -> ((boolean[]) column.values())[row];
            case Columns.TEXTS -> ((String[]) column.values())[row];
            case Columns.DATES -> LocalDate.ofEpochDay(((int[]) column.values())[row]);
            default -> {
                Instant instant = Times.instant(column.kind(), ((long[]) column.values())[row]);
                yield column.zone() == null ? LocalDateTime.ofInstant(instant, ZoneOffset.UTC) : instant;
            }
        };
    }

    /**
     * One map per row.
     *
     * @param columns the table
     * @return the maps
     */
    public static List<Map<String, Object>> toMaps(Columns columns) {
        List<Map<String, Object>> rows = new ArrayList<>(columns.rows());
        for (int row = 0; row < columns.rows(); row++) {
            Map<String, Object> map = new LinkedHashMap<>();
            for (Column column : columns.columns()) {
                map.put(column.name(), value(column, row));
            }
            rows.add(Collections.unmodifiableMap(map));
        }
        return Collections.unmodifiableList(rows);
    }

    /**
     * A table of maps.
     *
     * @param rows the maps
     * @return the table
     */
    public static Columns ofMaps(List<? extends Map<String, ?>> rows) {
        Map<String, Object[]> cells = new LinkedHashMap<>();
        int count = list(rows).size();
        for (int row = 0; row < count; row++) {
            Map<String, ?> map = rows.get(row);
            if (map == null) {
                throw new InvalidDataException("row " + row + " (0-based) of the table is null");
            }
            int at = row;
            map.forEach((name, value) -> cells.computeIfAbsent(name, unused -> new Object[count])[at] = value);
        }
        List<Column> columns = new ArrayList<>();
        cells.forEach((name, values) -> columns.add(column(name, values)));
        return Columns.of(columns);
    }

    /**
     * A table of records.
     *
     * @param rows the records
     * @return the table
     */
    public static Columns ofRecords(List<? extends Record> rows) {
        List<Map<String, Object>> maps = new ArrayList<>();
        for (Record row : list(rows)) {
            if (row == null || row.getClass() != rows.get(0).getClass()) {
                throw new InvalidDataException(
                        "row " + maps.size() + " (0-based) of the table is " + (row == null ? "null" : row.getClass())
                                + "; all rows must be records of one class");
            }
            Map<String, Object> map = new LinkedHashMap<>();
            for (RecordComponent component : row.getClass().getRecordComponents()) {
                map.put(snake(component.getName()), read(component, row));
            }
            maps.add(map);
        }
        return ofMaps(maps);
    }

    /**
     * One record per row.
     *
     * @param <R> the record class
     * @param columns the table
     * @param type the record class
     * @return the records
     */
    public static <R extends Record> List<R> toRecords(Columns columns, Class<R> type) {
        RecordComponent[] components = type.getRecordComponents();
        Column[] sources = new Column[components.length];
        Arrays.setAll(sources, i -> source(columns, components[i]));
        Class<?>[] types = Arrays.stream(components).map(RecordComponent::getType).toArray(Class<?>[]::new);
        List<R> rows = new ArrayList<>(columns.rows());
        try {
            Constructor<R> constructor = type.getDeclaredConstructor(types);
            constructor.setAccessible(true);
            for (int row = 0; row < columns.rows(); row++) {
                Object[] values = new Object[types.length];
                for (int i = 0; i < values.length; i++) {
                    values[i] = fitted(sources[i], row, types[i]);
                }
                rows.add(constructor.newInstance(values));
            }
        } catch (ReflectiveOperationException | RuntimeException failure) {
            if (failure instanceof InvalidDataException refused) {
                throw refused;
            }
            throw new UnsupportedException("cannot make a " + type.getName() + ": " + failure
                    + "; the record must be open to the module io.inlaid");
        }
        return Collections.unmodifiableList(rows);
    }

    private static Object read(RecordComponent component, Record row) {
        try {
            component.getAccessor().setAccessible(true);
            return component.getAccessor().invoke(row);
        } catch (ReflectiveOperationException | RuntimeException failure) {
            throw new UnsupportedException("cannot read " + row.getClass().getName() + "." + component.getName() + ": "
                    + failure + "; the record must be open to the module io.inlaid");
        }
    }

    private static Column source(Columns columns, RecordComponent component) {
        for (String name : List.of(component.getName(), snake(component.getName()))) {
            for (Column column : columns.columns()) {
                if (column.name().equals(name)) {
                    return column;
                }
            }
        }
        throw new InvalidDataException("the component `" + component.getName() + "` has no column; the table has "
                + columns.columns().stream().map(Column::name).toList());
    }

    /** A value as the type of a component. */
    private static Object fitted(Column column, int row, Class<?> type) {
        Object value = value(column, row);
        if (value == null && type.isPrimitive()) {
            if (type == double.class) {
                return Double.NaN;
            }
            throw new InvalidDataException(
                    "column \"" + column.name() + "\" has no value in row " + row + " (0-based), but its component is a " + type);
        }
        if (value instanceof Long whole) {
            if (type == double.class || type == Double.class) {
                return whole.doubleValue();
            }
            if ((type == int.class || type == Integer.class) && whole == whole.intValue()) {
                return whole.intValue();
            }
        }
        Class<?> boxed = type == double.class ? Double.class
                : type == long.class ? Long.class
                : type == boolean.class ? Boolean.class
                : type;
        if (value != null && !boxed.isInstance(value)) {
            throw new InvalidDataException("column \"" + column.name() + "\" holds " + value + " (" + value.getClass().getSimpleName()
                    + ") in row " + row + " (0-based), but its component is a " + type.getSimpleName());
        }
        return value;
    }

    private static Column column(String name, Object[] values) {
        Class<?> kind = null;
        for (int row = 0; row < values.length; row++) {
            Class<?> here = kind(name, row, values[row]);
            if (kind == null || kind == Long.class && here == Double.class) {
                kind = here == null ? kind : here;
            } else if (here != null && here != kind && !(kind == Double.class && here == Long.class)) {
                throw new InvalidDataException("column \"" + name + "\" mixes " + kind.getSimpleName() + " and "
                        + here.getSimpleName() + " (row " + row + ", 0-based); a column holds one kind of value");
            }
        }
        if (kind == Boolean.class) {
            return truths(name, Arrays.stream(values).map(Boolean.class::cast).collect(Collectors.toList()));
        }
        if (kind == Long.class) {
            return wholes(name, Arrays.stream(values).map(Number.class::cast).collect(Collectors.toList()));
        }
        if (kind == String.class) {
            String[] texts = new String[values.length];
            Arrays.setAll(texts, row -> values[row] == null ? null : values[row].toString());
            return new Column(name, Columns.TEXTS, texts, null, null);
        }
        if (kind == LocalDate.class) {
            return Times.dates(name, Arrays.copyOf(values, values.length, LocalDate[].class));
        }
        if (kind == LocalDateTime.class) {
            return Times.local(name, Arrays.copyOf(values, values.length, LocalDateTime[].class));
        }
        if (kind == ZonedDateTime.class) {
            return Times.zoned(name, Arrays.copyOf(values, values.length, ZonedDateTime[].class));
        }
        if (kind == Instant.class) {
            Instant[] instants = new Instant[values.length];
            Arrays.setAll(instants, row -> values[row] instanceof OffsetDateTime time ? time.toInstant() : (Instant) values[row]);
            return Times.instants(name, instants, ZoneOffset.UTC);
        }
        double[] numbers = new double[values.length];
        Arrays.setAll(numbers, row -> values[row] == null ? Double.NaN : ((Number) values[row]).doubleValue());
        return new Column(name, Columns.FLOATS, numbers, null, null);
    }

    /**
     * A column of whole numbers.
     *
     * @param name its name
     * @param values one per row, null where missing
     * @return the column
     */
    public static Column wholes(String name, List<? extends Number> values) {
        long[] numbers = values.stream().mapToLong(value -> value == null ? 0 : value.longValue()).toArray();
        return new Column(name, Columns.INTEGERS, numbers, missing(values), null);
    }

    /**
     * A column of booleans.
     *
     * @param name its name
     * @param values one per row, null where missing
     * @return the column
     */
    public static Column truths(String name, List<Boolean> values) {
        boolean[] truths = new boolean[values.size()];
        for (int row = 0; row < truths.length; row++) {
            truths[row] = Boolean.TRUE.equals(values.get(row));
        }
        return new Column(name, Columns.BOOLEANS, truths, missing(values), null);
    }

    private static boolean[] missing(List<?> values) {
        if (values.stream().noneMatch(Objects::isNull)) {
            return null;
        }
        boolean[] missing = new boolean[values.size()];
        for (int row = 0; row < missing.length; row++) {
            missing[row] = values.get(row) == null;
        }
        return missing;
    }

    /** The kind of column that a value asks for. */
    private static Class<?> kind(String name, int row, Object value) {
        if (value == null) {
            return null;
        }
        if (value instanceof Long || value instanceof Integer || value instanceof Short || value instanceof Byte) {
            return Long.class;
        }
        if (value instanceof Double || value instanceof Float) {
            return Double.class;
        }
        if (value instanceof CharSequence || value instanceof Enum<?>) {
            return String.class;
        }
        if (value instanceof OffsetDateTime) {
            return Instant.class;
        }
        for (Class<?> kind : List.of(Boolean.class, LocalDate.class, LocalDateTime.class, ZonedDateTime.class, Instant.class)) {
            if (kind.isInstance(value)) {
                return kind;
            }
        }
        throw new InvalidDataException("column \"" + name + "\" holds a " + value.getClass().getName() + " in row " + row
                + " (0-based), which no column can hold");
    }

    private static <T> List<T> list(List<T> rows) {
        if (rows == null) {
            throw new InvalidDataException("a table needs rows, got null");
        }
        return rows;
    }

    /** {@code uniqueId} as {@code unique_id}. */
    private static String snake(String name) {
        return name.replaceAll("(?<=[a-z0-9])([A-Z])", "_$1").toLowerCase(Locale.ROOT);
    }
}
