package io.inlaid.internal;

import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;

import io.inlaid.InvalidDataException;
import io.inlaid.internal.Columns.Column;

/** Dates and times as columns of whole numbers, and back. */
public final class Times {
    private static final long[] PER_SECOND = {1, 1_000, 1_000_000, 1_000_000_000};

    private Times() {}

    /**
     * A column of dates.
     *
     * @param name its name
     * @param values one per row, null where missing
     * @return the column
     */
    public static Column dates(String name, LocalDate[] values) {
        int[] days = new int[values.length];
        for (int row = 0; row < values.length; row++) {
            long day = values[row] == null ? 0 : values[row].toEpochDay();
            if (day != (int) day) {
                throw tooFar(name, row, values[row]);
            }
            days[row] = (int) day;
        }
        return new Column(name, Columns.DATES, days, nulls(values), null);
    }

    /**
     * A column of instants.
     *
     * @param name its name
     * @param values one per row, null where missing
     * @param zone in which they are shown; null for local times, given as if in UTC
     * @return the column, in microseconds if that is exact, else in nanoseconds
     */
    public static Column instants(String name, Instant[] values, ZoneId zone) {
        boolean exact = true;
        for (Instant value : values) {
            exact &= value == null || value.getNano() % 1_000 == 0;
        }
        int kind = exact ? Columns.MICROSECONDS : Columns.NANOSECONDS;
        long perSecond = PER_SECOND[kind - Columns.SECONDS];
        long[] units = new long[values.length];
        for (int row = 0; row < values.length; row++) {
            Instant value = values[row];
            try {
                units[row] = value == null ? 0 : Math.addExact(Math.multiplyExact(value.getEpochSecond(), perSecond),
                        value.getNano() / (1_000_000_000 / perSecond));
            } catch (ArithmeticException overflow) {
                throw tooFar(name, row, value);
            }
        }
        return new Column(name, kind, units, nulls(values), zone == null ? null : zoneName(zone));
    }

    /**
     * A column of instants with the zone that they share.
     *
     * @param name its name
     * @param values one per row, null where missing
     * @return the column
     */
    public static Column zoned(String name, ZonedDateTime[] values) {
        Instant[] instants = new Instant[values.length];
        ZoneId zone = null;
        for (int row = 0; row < values.length; row++) {
            if (values[row] == null) {
                continue;
            }
            zone = zone == null ? values[row].getZone() : zone;
            if (!zone.equals(values[row].getZone())) {
                throw new InvalidDataException("column \"" + name + "\" has the zones " + zone + " and "
                        + values[row].getZone() + "; a column has one zone");
            }
            instants[row] = values[row].toInstant();
        }
        return instants(name, instants, zone == null ? ZoneOffset.UTC : zone);
    }

    /**
     * A column of local times.
     *
     * @param name its name
     * @param values one per row, null where missing
     * @return the column
     */
    public static Column local(String name, LocalDateTime[] values) {
        Instant[] instants = new Instant[values.length];
        for (int row = 0; row < values.length; row++) {
            instants[row] = values[row] == null ? null : values[row].toInstant(ZoneOffset.UTC);
        }
        return instants(name, instants, null);
    }

    static Instant instant(int kind, long units) {
        long perSecond = PER_SECOND[kind - Columns.SECONDS];
        long nanos = Math.floorMod(units, perSecond) * (1_000_000_000 / perSecond);
        return Instant.ofEpochSecond(Math.floorDiv(units, perSecond), nanos);
    }

    private static String zoneName(ZoneId zone) {
        return zone.equals(ZoneOffset.UTC) ? "UTC" : zone.getId();
    }

    private static boolean[] nulls(Object[] values) {
        boolean[] missing = null;
        for (int row = 0; row < values.length; row++) {
            if (values[row] == null) {
                missing = missing == null ? new boolean[values.length] : missing;
                missing[row] = true;
            }
        }
        return missing;
    }

    private static InvalidDataException tooFar(String name, int row, Object value) {
        return new InvalidDataException(
                "column \"" + name + "\": " + value + " in row " + row + " (0-based) is too far from 1970 to be stored");
    }
}
