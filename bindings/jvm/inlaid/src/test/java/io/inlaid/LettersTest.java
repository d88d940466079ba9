package io.inlaid;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ForkJoinPool;

import io.inlaid.internal.Request;
import io.inlaid.internal.Value;
import io.inlaid.matching.Assignment;
import io.inlaid.matching.Matching;
import org.junit.jupiter.api.Test;

/** Whole numbers, texts and lists on their way in and out, by the operation that gives back what the engine saw. */
class LettersTest {
    private static Request echo() {
        return new Request("border.echo");
    }

    private static int[] ints(Request request) {
        return request.run().value().list(Value::ints).get(0);
    }

    private static List<String> texts(Request request) {
        return request.run().value().list(seen -> seen.list(Value::text)).get(0);
    }

    private static List<List<Long>> lists(Request request) {
        return request.run().value().list(seen -> seen.list(row -> row.list(Value::integer))).get(0);
    }

    private static void refused(Class<? extends InlaidException> type, String part, Runnable call) {
        InlaidException failure = assertThrows(type, call::run);
        assertTrue(failure.getMessage().contains(part), failure.getMessage());
    }

    @Test
    void wholeNumbersCrossBothWays() {
        int[] numbers = {3, -1, Integer.MAX_VALUE, Integer.MIN_VALUE};
        assertArrayEquals(numbers, ints(echo().ints("x", numbers)));
        assertArrayEquals(numbers, ints(echo().ints("x", Arrays.stream(numbers).asLongStream().toArray())));
        assertArrayEquals(new int[0], ints(echo().ints("x", new int[0])));
        assertArrayEquals(new int[0], ints(echo().ints("x", new long[0])));
        refused(InvalidDataException.class, "`x` is null", () -> echo().ints("x", (int[]) null));
    }

    @Test
    void aResultBeyondIntIsAnErrorAndNotAnotherNumber() {
        for (long beyond : new long[] {1L << 31, -(1L << 31) - 1, Long.MAX_VALUE, Long.MIN_VALUE}) {
            refused(TooLargeException.class, String.valueOf(beyond), () -> ints(echo().ints("x", new long[] {beyond})));
        }
    }

    @Test
    void textsCrossAsTheyAre() {
        String[] names = {"Ada", "ümläut", "", "名前", "\ud83d\ude00", "\0", "x".repeat(10_000_000)};
        assertEquals(List.of(names), texts(echo().texts("names", names)));
        assertEquals(List.of(names), texts(echo().texts("names", List.of(names))));
        assertEquals(List.of(), texts(echo().texts("names", new String[0])));
    }

    @Test
    void whatIsNoTextIsRefusedWithItsPlace() {
        refused(InvalidDataException.class, "`names`[1] is null", () -> echo().texts("names", new String[] {"a", null}));
        refused(InvalidDataException.class, "`names`[1]: a text holds half a surrogate pair",
                () -> echo().texts("names", List.of("a", "b\ud800")));
        refused(InvalidDataException.class, "`names`[0]", () -> echo().texts("names", List.of("\ud83d", "\ude00")));
        refused(InvalidDataException.class, "`right` is not Unicode: it holds half of a surrogate pair at position 2",
                () -> Matching.levenshtein("\ud83d\ude00", "\ud83d\ude00\ud83d"));
        refused(InvalidDataException.class, "`names` is null", () -> echo().texts("names", (String[]) null));
    }

    @Test
    void listsMayBeRagged() {
        assertEquals(List.of(List.of(1L, 2L), List.of(), List.of(3L)),
                lists(echo().lists("x", new int[][] {{1, 2}, {}, {3}})));
        assertEquals(List.of(), lists(echo().lists("x", new int[0][])));
        assertEquals(List.of(List.of()), lists(echo().lists("x", new int[1][0])));
        refused(InvalidDataException.class, "`x[1]` is null", () -> echo().lists("x", new int[][] {{1}, null}));
        refused(InvalidDataException.class, "`x` is null", () -> echo().lists("x", null));
    }

    @Test
    void singlePrecisionIsConverted() throws Exception {
        Matrix costs = Matrix.of(new float[][] {{4, 1, 3}, {2, 0, 5}, {3, 2, 2}});
        Assignment found = Matching.assign(costs);
        assertArrayEquals(new int[] {1, 0, 2}, found.columns());
        assertEquals(found, Matching.assignAsync(costs, ForkJoinPool.commonPool()).get());
        assertEquals(found.hashCode(), Matching.assign(costs).hashCode());
        assertNotEquals(found, Matching.assign(Matrix.ofRow(new float[] {1, 2})));
        assertTrue(found.toString().startsWith("Assignment[rows=[0, 1, 2], columns=[1, 0, 2], totalCost=5.0"));
        refused(InvalidDataException.class, "row 1", () -> Matrix.of(new float[][] {{1}, null}));
    }
}
