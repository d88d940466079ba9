package io.inlaid;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.ForkJoinPool;
import java.util.function.ToDoubleFunction;
import java.util.function.UnaryOperator;

import io.inlaid.internal.Async;
import io.inlaid.internal.Native;
import io.inlaid.internal.Reply;
import io.inlaid.internal.Request;
import io.inlaid.internal.Writer;
import org.junit.jupiter.api.Test;

/** Operations that ask a callback while they run, by the border's own search for the least value. */
class SessionTest {
    private static final Executor POOL = ForkJoinPool.commonPool();

    /** Answers one question, as generated interfaces do. */
    @FunctionalInterface
    interface Values {
        double[] values(double[] places, int[] number);
    }

    private static Request request(Values values, long most) {
        return new Request("border.guess")
                .asking("values", values, (asked, answer) -> answer.vector("values()",
                        values.values(asked.item(0).vector(), asked.item(1).ints())))
                .option("low", 0.0, Writer::number)
                .option("high", 9.0, Writer::number)
                .option("most", most, Writer::integer);
    }

    private static double[] guess(Values values) {
        return request(values, 40).run().value().vector();
    }

    private static CompletableFuture<double[]> later(Values values, Context context) {
        return Async.start(() -> request(values, 40), reply -> reply.value().vector(), context, POOL);
    }

    /** What generated interfaces look like that are given one row after the other. */
    @FunctionalInterface
    interface Objective {
        double value(double[] point);
    }

    /** The same for several values. */
    @FunctionalInterface
    interface Objectives {
        double[] values(double[] point);

        static Objectives of(ToDoubleFunction<double[]> function) {
            return point -> new double[] {function.applyAsDouble(point)};
        }
    }

    private static Request sought(Request request) {
        return request.option("parameters", 2L, Writer::integer).option("most", 30L, Writer::integer);
    }

    private static Request seek(Objective objective) {
        return sought(new Request("border.seek").asking("objective", objective, (asked, answer) ->
                answer.numbers("objective()", asked.item(0).matrix(), objective::value)));
    }

    private static Request seekSums(Objectives objectives) {
        return sought(new Request("border.seek_sums").asking("objective", objectives, (asked, answer) ->
                answer.rows("objective()", asked.item(0).matrix(), objectives::values)));
    }

    private static Request seekAtOnce(UnaryOperator<Matrix> objectives) {
        return sought(new Request("border.seek_at_once").asking("objective", objectives, (asked, answer) ->
                answer.matrix("objective()", objectives.apply(asked.item(0).matrix()))));
    }

    /** Least at (1, -2), which is found in 30 questions of 5 points. */
    private static double bowl(double[] point) {
        return (point[0] - 1) * (point[0] - 1) + Math.abs(point[1] + 2);
    }

    private static final double[] FOUND = {1, -2, 30};

    @Test
    void aFunctionOfOnePointIsCalledForEachRow() throws Exception {
        int[] asked = {0};
        Thread here = Thread.currentThread();
        Objective objective = point -> {
            assertSame(here, Thread.currentThread());
            asked[0]++;
            double value = bowl(point);
            point[0] = Double.NaN; // its own
            return value;
        };
        assertArrayEquals(FOUND, seek(objective).run().value().vector());
        assertEquals(30 * 5, asked[0]);
        CompletableFuture<double[]> later = Async.start(
                () -> seek(SessionTest::bowl), reply -> reply.value().vector(), Context.create(), POOL);
        assertArrayEquals(FOUND, later.get());
    }

    @Test
    void severalValuesOfAPointAreOneRow() {
        Objectives two = point -> new double[] {(point[0] - 1) * (point[0] - 1), Math.abs(point[1] + 2)};
        assertArrayEquals(FOUND, seekSums(two).run().value().vector());
        assertArrayEquals(FOUND, seekSums(Objectives.of(SessionTest::bowl)).run().value().vector());
        int[] asked = {0};
        Objectives ragged = point -> new double[asked[0]++ == 3 ? 2 : 1];
        InlaidException uneven = assertThrows(InvalidDataException.class, () -> seekSums(ragged).run());
        assertEquals("`objective()[3]` has 2 numbers, `objective()[0]` has 1; every call must give as many",
                uneven.getMessage());
        asked[0] = 0;
        Objectives missing = point -> asked[0]++ == 3 ? null : new double[1];
        InlaidException none = assertThrows(InvalidDataException.class, () -> seekSums(missing).run());
        assertEquals("`objective()[3]` is null", none.getMessage());
    }

    @Test
    void aFunctionOfAllPointsMayGiveOneAxisWhereAPointHasOneValue() {
        UnaryOperator<Matrix> column = points -> Matrix.of(Arrays.stream(points.toArray())
                .map(point -> new double[] {bowl(point)}).toArray(double[][]::new));
        assertArrayEquals(FOUND, seekAtOnce(column).run().value().vector());
        UnaryOperator<Matrix> row = points -> new Matrix(column.apply(points).data(), 1, points.rows());
        assertArrayEquals(FOUND, seekAtOnce(row).run().value().vector());
    }

    @Test
    void aCancelledContextStopsBetweenRows() {
        Context context = Context.create();
        int[] asked = {0};
        Objective objective = point -> {
            if (++asked[0] == 8) {
                context.cancel();
            }
            return bowl(point);
        };
        assertThrows(CancelledException.class, () -> seek(objective).run(context));
        assertEquals(8, asked[0]);
    }

    /** As generated classes of models are. */
    private static final class Seeker extends Handle {
        Seeker(Reply reply) {
            super(reply);
        }

        Request run(Objective objective) {
            return new Request("border.Seeker.run").on(this).asking("objective", objective, (asked, answer) ->
                    answer.numbers("objective()", asked.item(0).matrix(), objective::value));
        }

        long asked() {
            return new Request("border.Seeker.asked").on(this).run().value().integer();
        }
    }

    @Test
    void whatLivesInAModelGoesOnAfterTheCallbackThrew() {
        long before = Native.liveModels();
        try (Seeker seeker = new Seeker(sought(new Request("border.seeker")).run())) {
            int[] asked = {0};
            RuntimeException thrown = new IllegalArgumentException("mine");
            Objective objective = point -> {
                if (++asked[0] == 48) {
                    throw thrown;
                }
                return bowl(point);
            };
            assertSame(thrown, assertThrows(IllegalArgumentException.class, () -> seeker.run(objective).run()));
            assertEquals(10, seeker.asked());
            CompletableFuture<double[]> later = Async.start(
                    () -> seeker.run(objective), reply -> reply.value().vector(), Context.create(), POOL);
            assertArrayEquals(FOUND, later.join());
            assertEquals(48 + 21 * 5, asked[0]);
        }
        // The task of the future lets go of the model just after it has given the value.
        for (int tries = 0; tries < 200 && Native.liveModels() > before; tries++) {
            pause();
        }
        assertTrue(Native.liveModels() <= before, Native.liveModels() + " models, " + before + " before");
    }

    private static void pause() {
        try {
            Thread.sleep(10);
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
    }

    private static double[] distances(double[] places, double at) {
        return new double[] {Math.abs(places[0] - at), Math.abs(places[1] - at)};
    }

    @Test
    void aCallbackIsAskedUntilTheAnswerIsKnown() throws Exception {
        List<Integer> asked = new ArrayList<>();
        Thread here = Thread.currentThread();
        double[] found = guess((places, number) -> {
            assertSame(here, Thread.currentThread());
            asked.add(number[0]);
            return distances(places, 2);
        });
        assertArrayEquals(new double[] {2, 2}, found, 1e-6);
        assertEquals(40, asked.size());
        assertEquals(40, asked.get(39));
        assertArrayEquals(new double[] {4, 4}, later((places, number) -> distances(places, 4), Context.create()).get(), 1e-6);
    }

    @Test
    void whatTheCallbackThrowsComesOutAsItIs() {
        for (Throwable thrown : List.of(new IllegalArgumentException("mine"), new AssertionError("mine"))) {
            Values values = (places, number) -> {
                if (number[0] == 3) {
                    SessionTest.<RuntimeException>sneak(thrown);
                }
                return places;
            };
            assertSame(thrown, assertThrows(thrown.getClass(), () -> guess(values)));
            ExecutionException failure =
                    assertThrows(ExecutionException.class, () -> later(values, Context.create()).get());
            assertSame(thrown, failure.getCause());
        }
    }

    @SuppressWarnings("unchecked")
    private static <T extends Throwable> void sneak(Throwable thrown) throws T {
        throw (T) thrown;
    }

    @Test
    void aWrongAnswerIsRefusedWithTheNameOfTheCallback() {
        InlaidException few = assertThrows(InvalidDataException.class, () -> guess((places, number) -> new double[1]));
        assertEquals("what `values` gives must hold 2 numbers, got 1", few.getMessage());
        InlaidException none = assertThrows(InvalidDataException.class, () -> guess((places, number) -> null));
        assertEquals("`values()` is null", none.getMessage());
        InlaidException nobody = assertThrows(InvalidConfigException.class, () -> guess(null));
        assertEquals("`values` is null", nobody.getMessage());
    }

    @Test
    void aCancelledContextStopsASession() {
        Context context = Context.create();
        int[] asked = {0};
        Values values = (places, number) -> {
            asked[0]++;
            if (number[0] == 2) {
                context.cancel();
            }
            return places;
        };
        assertThrows(CancelledException.class, () -> request(values, 40).run(context));
        assertEquals(2, asked[0]);
    }

    @Test
    void sessionsNestAndNoneStaysBehind() {
        long before = Native.liveModels();
        double[] found = guess((places, number) -> distances(places, guess((inner, count) -> distances(inner, 5))[0]));
        assertArrayEquals(new double[] {5, 5}, found, 1e-5);
        for (int i = 0; i < 100; i++) {
            assertThrows(IllegalStateException.class, () -> guess((places, number) -> {
                throw new IllegalStateException();
            }));
        }
        assertTrue(Native.liveModels() <= before, Native.liveModels() + " models, " + before + " before");
    }
}
