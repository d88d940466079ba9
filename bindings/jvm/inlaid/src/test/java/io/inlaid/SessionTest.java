package io.inlaid;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.ForkJoinPool;

import io.inlaid.internal.Async;
import io.inlaid.internal.Native;
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
