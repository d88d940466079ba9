package io.inlaid;

import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;

import io.inlaid.internal.Columns;
import io.inlaid.internal.Columns.Column;
import io.inlaid.internal.Rows;
import io.inlaid.internal.Secrets;
import io.inlaid.internal.Times;

/**
 * Named columns of equal length: numbers, whole numbers, booleans, texts, dates and timestamps; any of them may be missing
 * in a row.
 *
 * <p>Immutable as long as nobody changes the primitive arrays it was made of, which are not copied. Make one of columns with
 * {@link #builder()}, of records with {@link #ofRecords} or of maps with {@link #ofMaps}; read it by column, or by row with
 * {@link #rows()} and {@link #rows(Class)}.
 */
public final class Table {
    static {
        Secrets.onTable(table -> table.columns, Table::new);
    }

    private final Columns columns;

    private Table(Columns columns) {
        this.columns = columns;
    }

    /**
     * Starts a table.
     *
     * @return a builder without columns
     */
    public static Builder builder() {
        return new Builder();
    }

    /**
     * A table with one row per record and one column per component.
     *
     * <p>A component such as {@code uniqueId} becomes the column {@code unique_id}. Null is missing.
     *
     * @param rows the records, all of one class
     * @return the table
     * @throws InvalidDataException if a record is null, or a component has a type that no column can hold
     * @throws UnsupportedException if the record class cannot be read from here
     */
    public static Table ofRecords(List<? extends Record> rows) {
        return new Table(Rows.ofRecords(rows));
    }

    /**
     * A table with one row per map and one column per key, in the order in which keys first appear.
     *
     * <p>Null and absent values are missing. The values of a column must be of one kind: whole numbers, numbers, booleans,
     * texts, {@link LocalDate}, {@link LocalDateTime}, or instants.
     *
     * @param rows the maps
     * @return the table
     * @throws InvalidDataException if a map is null, or a column mixes kinds or holds something else
     */
    public static Table ofMaps(List<? extends Map<String, ?>> rows) {
        return new Table(Rows.ofMaps(rows));
    }

    /**
     * How many rows there are.
     *
     * @return their number
     */
    public int rowCount() {
        return columns.rows();
    }

    /**
     * The names of the columns in their order.
     *
     * @return the names
     */
    public List<String> names() {
        return columns.columns().stream().map(Column::name).toList();
    }

    /**
     * Whether there is a column.
     *
     * @param name its name
     * @return true if there is
     */
    public boolean has(String name) {
        return names().contains(name);
    }

    /**
     * A column of numbers or whole numbers.
     *
     * @param name its name
     * @return one number per row, NaN where missing
     * @throws InvalidDataException if there is no such column, or it holds something else
     */
    public double[] doubles(String name) {
        Column column = column(name);
        if (column.kind() == Columns.FLOATS) {
            return ((double[]) column.values()).clone();
        }
        expect(column, Columns.INTEGERS, "numbers");
        double[] numbers = Arrays.stream((long[]) column.values()).asDoubleStream().toArray();
        for (int row = 0; row < numbers.length; row++) {
            if (column.isMissing(row)) {
                numbers[row] = Double.NaN;
            }
        }
        return numbers;
    }

    /**
     * A column of whole numbers.
     *
     * @param name its name
     * @return one number per row
     * @throws InvalidDataException if there is no such column, it holds something else, or a value is missing
     */
    public long[] longs(String name) {
        Column column = complete(expect(column(name), Columns.INTEGERS, "whole numbers"));
        return ((long[]) column.values()).clone();
    }

    /**
     * A column of booleans.
     *
     * @param name its name
     * @return one value per row
     * @throws InvalidDataException if there is no such column, it holds something else, or a value is missing
     */
    public boolean[] booleans(String name) {
        Column column = complete(expect(column(name), Columns.BOOLEANS, "booleans"));
        return ((boolean[]) column.values()).clone();
    }

    /**
     * A column of texts.
     *
     * @param name its name
     * @return one text per row, null where missing
     * @throws InvalidDataException if there is no such column, or it holds something else
     */
    public String[] texts(String name) {
        return ((String[]) expect(column(name), Columns.TEXTS, "texts").values()).clone();
    }

    /**
     * A column of dates.
     *
     * @param name its name
     * @return one date per row, null where missing
     * @throws InvalidDataException if there is no such column, or it holds something else
     */
    public LocalDate[] dates(String name) {
        Column column = expect(column(name), Columns.DATES, "dates");
        LocalDate[] dates = new LocalDate[rowCount()];
        Arrays.setAll(dates, row -> (LocalDate) Rows.value(column, row));
        return dates;
    }

    /**
     * A column of timestamps with a zone.
     *
     * @param name its name
     * @return one instant per row, null where missing
     * @throws InvalidDataException if there is no such column, or it holds something else
     */
    public Instant[] timestamps(String name) {
        Column column = column(name);
        if (column.kind() < Columns.SECONDS || column.zone() == null) {
            throw wrong(column, "timestamps with a zone");
        }
        Instant[] instants = new Instant[rowCount()];
        Arrays.setAll(instants, row -> (Instant) Rows.value(column, row));
        return instants;
    }

    /**
     * A column of timestamps without a zone.
     *
     * @param name its name
     * @return one local time per row, null where missing
     * @throws InvalidDataException if there is no such column, or it holds something else
     */
    public LocalDateTime[] dateTimes(String name) {
        Column column = column(name);
        if (column.kind() < Columns.SECONDS || column.zone() != null) {
            throw wrong(column, "timestamps without a zone");
        }
        LocalDateTime[] times = new LocalDateTime[rowCount()];
        Arrays.setAll(times, row -> (LocalDateTime) Rows.value(column, row));
        return times;
    }

    /**
     * The zone of a column of timestamps, such as {@code UTC} or {@code Europe/Berlin}.
     *
     * @param name the column's name
     * @return the zone; empty where the column has none
     * @throws InvalidDataException if there is no such column
     */
    public Optional<String> zone(String name) {
        return Optional.ofNullable(column(name).zone());
    }

    /**
     * One value: a {@link Double}, {@link Long}, {@link Boolean}, {@link String}, {@link LocalDate}, {@link Instant} or
     * {@link LocalDateTime}.
     *
     * @param name the column's name
     * @param row the row, from 0
     * @return the value, null where missing
     * @throws InvalidDataException if there is no such column
     * @throws IndexOutOfBoundsException if there is no such row
     */
    public Object get(String name, int row) {
        return Rows.value(column(name), row);
    }

    /**
     * All rows, as maps from names to values as {@link #get} gives them, in the order of the columns.
     *
     * @return one map per row
     */
    public List<Map<String, Object>> rows() {
        return Rows.toMaps(columns);
    }

    /**
     * All rows, as records.
     *
     * <p>A component takes the column of its name, or of its name in snake_case: {@code uniqueId} takes {@code unique_id}.
     * Other columns are left out. A missing value is null, or NaN for {@code double}.
     *
     * @param <R> the record class
     * @param type the record class
     * @return one record per row
     * @throws InvalidDataException if a component has no column or another type than its column, or a value is missing
     *     where the component is a primitive other than {@code double}
     * @throws UnsupportedException if the record class cannot be made from here
     */
    public <R extends Record> List<R> rows(Class<R> type) {
        return Rows.toRecords(columns, type);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Table that && columns.equals(that.columns);
    }

    @Override
    public int hashCode() {
        return columns.hashCode();
    }

    /** The shape, the names and the first rows. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder("Table[" + rowCount() + " rows: " + String.join(", ", names()) + "]");
        for (int row = 0; row < Math.min(rowCount(), 5); row++) {
            int at = row;
            text.append("\n  ").append(columns.columns().stream().map(column -> Rows.value(column, at)).toList());
        }
        return text.append(rowCount() > 5 ? "\n  ..." : "").toString();
    }

    private Column column(String name) {
        for (Column column : columns.columns()) {
            if (column.name().equals(name)) {
                return column;
            }
        }
        throw new InvalidDataException("there is no column \"" + name + "\"; the table has " + names());
    }

    private static Column expect(Column column, int kind, String wanted) {
        if (column.kind() != kind) {
            throw wrong(column, wanted);
        }
        return column;
    }

    private static InvalidDataException wrong(Column column, String wanted) {
        String seen = switch (column.kind()) {
            case Columns.FLOATS -> "numbers";
            case Columns.INTEGERS -> "whole numbers";
            case Columns.BOOLEANS -> "booleans";
            case Columns.TEXTS -> "texts";
            case Columns.DATES -> "dates";
            default -> column.zone() == null ? "timestamps without a zone" : "timestamps with a zone";
        };
        return new InvalidDataException("column \"" + column.name() + "\" holds " + seen + ", not " + wanted);
    }

    private Column complete(Column column) {
        for (int row = 0; row < rowCount(); row++) {
            if (column.isMissing(row)) {
                throw new InvalidDataException(
                        "column \"" + column.name() + "\" has no value in row " + row + " (0-based)");
            }
        }
        return column;
    }

    /** Collects columns; primitive arrays are not copied. */
    public static final class Builder {
        private final List<Column> columns = new ArrayList<>();

        private Builder() {}

        /**
         * Adds a column of numbers.
         *
         * @param name its name
         * @param values one per row, NaN where missing
         * @return this
         */
        public Builder doubles(String name, double... values) {
            return add(name, Columns.FLOATS, values, null, null);
        }

        /**
         * Adds a column of whole numbers.
         *
         * @param name its name
         * @param values one per row
         * @return this
         */
        public Builder longs(String name, long... values) {
            return add(name, Columns.INTEGERS, values, null, null);
        }

        /**
         * Adds a column of whole numbers.
         *
         * @param name its name
         * @param values one per row
         * @return this
         */
        public Builder ints(String name, int... values) {
            return add(name, Columns.INTEGERS, values == null ? null : Arrays.stream(values).asLongStream().toArray(),
                    null, null);
        }

        /**
         * Adds a column of booleans.
         *
         * @param name its name
         * @param values one per row
         * @return this
         */
        public Builder booleans(String name, boolean... values) {
            return add(name, Columns.BOOLEANS, values, null, null);
        }

        /**
         * Adds a column of whole numbers, some of which may be missing.
         *
         * @param name its name
         * @param values one per row, null where missing
         * @return this
         */
        public Builder longs(String name, List<Long> values) {
            return add(values == null ? nothing(name) : Rows.wholes(name, values));
        }

        /**
         * Adds a column of booleans, some of which may be missing.
         *
         * @param name its name
         * @param values one per row, null where missing
         * @return this
         */
        public Builder booleans(String name, List<Boolean> values) {
            return add(values == null ? nothing(name) : Rows.truths(name, values));
        }

        /**
         * Adds a column of texts.
         *
         * @param name its name
         * @param values one per row, null where missing
         * @return this
         */
        public Builder texts(String name, String... values) {
            return add(name, Columns.TEXTS, values == null ? null : values.clone(), null, null);
        }

        /**
         * Adds a column of texts.
         *
         * @param name its name
         * @param values one per row, null where missing
         * @return this
         */
        public Builder texts(String name, List<String> values) {
            return add(name, Columns.TEXTS, values == null ? null : values.toArray(new String[0]), null, null);
        }

        /**
         * Adds a column of dates.
         *
         * @param name its name
         * @param values one per row, null where missing
         * @return this
         */
        public Builder dates(String name, LocalDate... values) {
            return add(values == null ? nothing(name) : Times.dates(name, values));
        }

        /**
         * Adds a column of instants, with the zone UTC.
         *
         * @param name its name
         * @param values one per row, null where missing
         * @return this
         */
        public Builder timestamps(String name, Instant... values) {
            return add(values == null ? nothing(name) : Times.instants(name, values, ZoneOffset.UTC));
        }

        /**
         * Adds a column of instants with the zone that they share.
         *
         * @param name its name
         * @param values one per row, null where missing
         * @return this
         * @throws InvalidDataException if they have different zones
         */
        public Builder timestamps(String name, ZonedDateTime... values) {
            return add(values == null ? nothing(name) : Times.zoned(name, values));
        }

        /**
         * Adds a column of local times, without a zone.
         *
         * @param name its name
         * @param values one per row, null where missing
         * @return this
         */
        public Builder dateTimes(String name, LocalDateTime... values) {
            return add(values == null ? nothing(name) : Times.local(name, values));
        }

        /**
         * Makes the table.
         *
         * @return the table
         * @throws InvalidDataException if two columns share a name, their lengths differ, or one was null
         */
        public Table build() {
            return new Table(Columns.of(columns));
        }

        private Builder add(String name, int kind, Object values, boolean[] missing, String zone) {
            return add(values == null ? nothing(name) : new Column(name, kind, values, missing, zone));
        }

        private Builder add(Column column) {
            if (column.name() == null) {
                throw new InvalidDataException("a column needs a name, got null");
            }
            columns.add(column);
            return this;
        }

        private static Column nothing(String name) {
            throw new InvalidDataException("column \"" + name + "\" is null");
        }
    }
}
