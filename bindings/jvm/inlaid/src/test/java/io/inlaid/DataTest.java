package io.inlaid;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

import io.inlaid.data.Tables;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Matrices and tables. */
class DataTest {
    record Sale(String uniqueId, LocalDate ds, double y, long count, Boolean open) {}

    @Test
    void aMatrixKnowsItsShapeAndNumbers() {
        Matrix matrix = Matrix.of(new double[][] {{1, 2, Double.NaN}, {4, 5, 6}});
        assertEquals(2, matrix.rows());
        assertEquals(6.0, matrix.get(1, 2));
        assertArrayEquals(new double[] {4, 5, 6}, matrix.row(1));
        assertArrayEquals(new double[] {2, 5}, matrix.column(1));
        assertEquals(matrix, Matrix.of(matrix.toArray()));
        assertEquals(matrix.hashCode(), Matrix.of(matrix.toArray()).hashCode());
        assertNotEquals(matrix, new Matrix(matrix.data(), 3, 2));
        assertEquals("Matrix[2 x 3] [1.0, 2.0, NaN], [4.0, 5.0, 6.0]", matrix.toString());
        assertThrows(IndexOutOfBoundsException.class, () -> matrix.get(0, 3));
        assertThrows(IndexOutOfBoundsException.class, () -> matrix.row(2));
    }

    @Test
    void recordsGoInAndComeOut() {
        List<Sale> sales = List.of(new Sale("a", LocalDate.of(2024, 1, 31), 1.5, 3, true),
                new Sale(null, null, Double.NaN, -4, null));
        Table table = Table.ofRecords(sales);
        assertEquals(List.of("unique_id", "ds", "y", "count", "open"), table.names());
        assertEquals(sales, table.rows(Sale.class));
        assertNull(table.get("open", 1));
        assertArrayEquals(new long[] {3, -4}, table.longs("count"));
        assertThrows(InvalidDataException.class, () -> table.booleans("open"));
    }

    @Test
    void mapsGoInAndComeOut() {
        Map<String, Object> first = new LinkedHashMap<>();
        first.put("id", "a");
        first.put("n", 1);
        first.put("at", Instant.parse("2024-03-01T10:00:00.123456789Z"));
        Map<String, Object> second = new LinkedHashMap<>();
        second.put("id", null);
        second.put("extra", 2.5f);
        Table table = Table.ofMaps(List.of(first, second));
        assertEquals(List.of("id", "n", "at", "extra"), table.names());
        assertEquals(1L, table.rows().get(0).get("n"));
        assertNull(table.rows().get(1).get("n"));
        assertArrayEquals(new double[] {1, Double.NaN}, table.doubles("n"));
        assertEquals(first.get("at"), table.timestamps("at")[0]);
        assertEquals(Optional.of("UTC"), table.zone("at"));
        assertArrayEquals(new double[] {Double.NaN, 2.5}, table.doubles("extra"));
    }

    @Test
    void columnsOfAllKindsKeepTheirValues() {
        ZonedDateTime summer = ZonedDateTime.of(2024, 7, 1, 12, 0, 0, 0, ZoneId.of("Europe/Berlin"));
        LocalDateTime local = LocalDateTime.of(1850, 2, 3, 4, 5, 6, 7_000);
        Table table = Table.builder().texts("t", "ä𝄞", null).ints("i", 1, 2).longs("l", Long.MIN_VALUE, Long.MAX_VALUE)
                .doubles("d", 0.5, Double.NaN).booleans("b", true, false).dates("day", LocalDate.MIN.withYear(-4000), null)
                .timestamps("z", summer, null).dateTimes("local", null, local).longs("gaps", Arrays.asList(null, 9L))
                .booleans("maybe", Arrays.asList(null, false)).build();
        assertEquals(2, table.rowCount());
        assertArrayEquals(new String[] {"ä𝄞", null}, table.texts("t"));
        assertEquals(LocalDate.MIN.withYear(-4000), table.dates("day")[0]);
        assertEquals(summer.toInstant(), table.timestamps("z")[0]);
        assertEquals(Optional.of("Europe/Berlin"), table.zone("z"));
        assertEquals(local, table.dateTimes("local")[1]);
        assertArrayEquals(new double[] {Double.NaN, 9}, table.doubles("gaps"));
        assertEquals(false, table.get("maybe", 1));
        assertTrue(table.toString().startsWith("Table[2 rows: t, i, l"), table.toString());
    }

    @Test
    void whatAColumnDoesNotHoldIsNamed() {
        Table table = Table.builder().texts("id", "a").doubles("y", 1).build();
        assertTrue(assertThrows(InvalidDataException.class, () -> table.doubles("id")).getMessage()
                .contains("holds texts, not numbers"));
        assertTrue(assertThrows(InvalidDataException.class, () -> table.doubles("x")).getMessage().contains("[id, y]"));
        assertThrows(InvalidDataException.class, () -> table.rows(Sale.class));
        assertThrows(InvalidDataException.class, () -> Table.builder().doubles("y").texts("id", "a").build());
        assertThrows(InvalidDataException.class, () -> Table.builder().doubles("y", 1).doubles("y", 2).build());
        assertThrows(InvalidDataException.class, () -> Table.builder().doubles("y", (double[]) null));
        assertThrows(InvalidDataException.class, () -> Table.builder().doubles(null, 1));
        assertThrows(InvalidDataException.class, () -> Table.ofMaps(List.of(Map.of("a", 1), Map.of("a", "b"))));
        assertThrows(InvalidDataException.class, () -> Table.ofMaps(List.of(Map.of("a", new Object()))));
        assertThrows(InvalidDataException.class, () -> Table.ofMaps(null));
        assertThrows(InvalidDataException.class, () -> Table.builder().timestamps("t", Instant.MAX));
    }

    @Test
    void aFileBecomesATable(@TempDir Path folder) throws Exception {
        Path file = folder.resolve("sales.csv");
        Files.writeString(file, "unique_id,ds,y\nÄ,2024-01-01,1.5\nÄ,2024-02-01,\n");
        Table table = Tables.readCsv(file);
        assertArrayEquals(new String[] {"Ä", "Ä"}, table.texts("unique_id"));
        assertArrayEquals(new double[] {1.5, Double.NaN}, table.doubles("y"));
        assertEquals(2, table.rowCount());
        assertEquals(table, Tables.readCsv(file));
        assertEquals(table.hashCode(), Tables.readCsv(file).hashCode());
    }
}
