package io.inlaid;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;

import io.inlaid.forecast.AutoEts;
import io.inlaid.forecast.FittedAutoEts;
import io.inlaid.forecast.FittedNaive;
import io.inlaid.forecast.Forecast;
import io.inlaid.forecast.Naive;
import io.inlaid.internal.Native;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Futures, contexts, cancellation and progress. */
@Timeout(120)
class AsyncTest {
    private static final long STOPS_WITHIN_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    private final ExecutorService executor = Executors.newFixedThreadPool(4);

    @AfterEach
    void shutDown() {
        executor.shutdown();
    }

    /** Enough work for many seconds. */
    private static Matrix work() {
        double[][] series = new double[5_000][240];
        for (int row = 0; row < series.length; row++) {
            for (int t = 0; t < 240; t++) {
                series[row][t] = 100 + row % 7 + t * 0.1 + 10 * Math.sin(t * Math.PI / 6) + (t * 7919L + row * 104_729L) % 13;
            }
        }
        return Matrix.of(series);
    }

    private static final AutoEts SLOW = AutoEts.builder().season(12).build();

    @Test
    void futuresGiveWhatCallsGive() throws Exception {
        double[][] series = {{1, 2, 3, 5}, {4, 4, 4, 4}};
        try (FittedNaive model = Naive.defaults().fitAsync(series, executor).get()) {
            Forecast later = model.predictAsync(3, List.of(0.95), executor).get();
            assertEquals(model.predict(3, List.of(0.95)), later);
        }
    }

    @Test
    void failuresComeThroughTheFuture() {
        CompletableFuture<FittedNaive> ragged = Naive.defaults().fitAsync(new double[][] {{1}, {1, 2}}, executor);
        assertEquals(InvalidDataException.class, assertThrows(ExecutionException.class, ragged::get).getCause().getClass());
        CompletableFuture<FittedNaive> nan = Naive.defaults().fitAsync(new double[] {Double.NaN}, executor);
        assertEquals(InvalidDataException.class, assertThrows(CompletionException.class, nan::join).getCause().getClass());
    }

    @Test
    void cancellingAFutureStopsTheEngine() throws Exception {
        Matrix series = work();
        AtomicReference<Long> returned = new AtomicReference<>();
        CountDownLatch over = new CountDownLatch(1);
        CountDownLatch begun = new CountDownLatch(1);
        Executor observed = task -> executor.execute(() -> {
            begun.countDown();
            task.run();
            returned.set(System.nanoTime());
            over.countDown();
        });
        Context context = Context.builder().threads(1).build();
        CompletableFuture<FittedAutoEts> future = SLOW.fitAsync(series, context, observed);
        begun.await();
        while (context.progress() <= 0) {
            Thread.sleep(1);
        }
        long asked = System.nanoTime();
        assertTrue(future.cancel(true));
        over.await();
        assertTrue(returned.get() - asked < STOPS_WITHIN_NANOS, (returned.get() - asked) / 1e6 + " ms");
        assertTrue(context.isCancelled());
        assertThrows(CancellationException.class, future::get);
    }

    @Test
    void aTimeoutStopsTheEngineToo() {
        CompletableFuture<FittedAutoEts> future = SLOW.fitAsync(work(), Context.builder().threads(1).build(), executor);
        future.orTimeout(50, TimeUnit.MILLISECONDS);
        assertEquals(TimeoutException.class, assertThrows(ExecutionException.class, future::get).getCause().getClass());
    }

    @Test
    void aContextCancelsACallThatBlocks() throws Exception {
        Context context = Context.create();
        Matrix series = work();
        CompletableFuture<Long> caller = CompletableFuture.supplyAsync(() -> {
            assertThrows(CancelledException.class, () -> SLOW.fit(series, context));
            return System.nanoTime();
        }, executor);
        double last = 0;
        while (context.progress() < 0.002) {
            assertTrue(context.progress() >= last);
            last = context.progress();
            Thread.sleep(1);
        }
        long asked = System.nanoTime();
        context.cancel();
        assertTrue(caller.get() - asked < STOPS_WITHIN_NANOS);
        assertTrue(context.progress() < 1);
        assertThrows(CancelledException.class, () -> SLOW.fit(series, context));
    }

    @Test
    void aFutureThatIsNotCancelledLeavesItsContextAlone() throws Exception {
        Context context = Context.builder().seed(7).build();
        try (FittedNaive model = Naive.defaults().fitAsync(new double[] {1, 2}, context, executor).get()) {
            assertFalse(context.isCancelled());
            assertEquals(1.0, context.progress());
            assertEquals(2.0, model.predictAsync(1, context, executor).get().mean().get(0, 0));
        }
    }

    @Test
    void aModelMayBeClosedWhileItsFutureWaits() throws Exception {
        long before = Native.liveModels();
        CountDownLatch gate = new CountDownLatch(1);
        Executor late = task -> executor.execute(() -> {
            try {
                gate.await();
            } catch (InterruptedException interrupted) {
                Thread.currentThread().interrupt();
            }
            task.run();
        });
        CompletableFuture<Forecast> future;
        try (FittedNaive model = Naive.defaults().fit(new double[] {1, 2})) {
            future = model.predictAsync(1, late);
        }
        assertEquals(before + 1, Native.liveModels());
        gate.countDown();
        assertEquals(2.0, future.get().mean().get(0, 0));
        waitForModels(before);
    }

    @Test
    void aModelThatNobodyWaitsForIsFreed() throws Exception {
        long before = Native.liveModels();
        List<Runnable> tasks = new ArrayList<>();
        CompletableFuture<FittedNaive> future = Naive.defaults().fitAsync(new double[] {1, 2}, tasks::add);
        future.cancel(false);
        tasks.forEach(Runnable::run);
        waitForModels(before);
    }

    @Test
    void aRejectedTaskKeepsNothing() {
        long before = Native.liveModels();
        try (FittedNaive model = Naive.defaults().fit(new double[] {1, 2})) {
            assertThrows(RejectedExecutionException.class, () -> model.predictAsync(1, task -> {
                throw new RejectedExecutionException("full");
            }));
        }
        assertEquals(before, Native.liveModels());
    }

    @Test
    void arraysAreCopiedBeforeTheCallReturns() throws Exception {
        List<Runnable> tasks = new ArrayList<>();
        double[] series = {1, 2, 3};
        CompletableFuture<FittedNaive> row = Naive.defaults().fitAsync(series, tasks::add);
        CompletableFuture<FittedNaive> matrix = Naive.defaults().fitAsync(new Matrix(series, 3, 1), tasks::add);
        series[2] = 99;
        tasks.forEach(Runnable::run);
        assertEquals(3.0, row.get().predict(1).mean().get(0, 0));
        assertEquals(3.0, matrix.get().predict(1).mean().get(2, 0));
    }

    @Test
    void theSameSeedGivesTheSameAnswerOnAnyNumberOfThreads() {
        double[][] series = Arrays.copyOf(work().toArray(), 6);
        Forecast expected = null;
        for (int threads = 1; threads <= 3; threads++) {
            Context context = Context.builder().seed(-3).threads(threads).build();
            try (FittedAutoEts model = SLOW.fit(series, context)) {
                Forecast forecast = model.predict(24, List.of(0.95), context);
                assertTrue(expected == null || expected.equals(forecast));
                expected = forecast;
            }
        }
    }

    private static void waitForModels(long count) throws InterruptedException {
        while (Native.liveModels() != count) {
            Thread.sleep(1);
        }
    }
}
