package io.inlaid;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import io.inlaid.forecast.FittedNaive;
import io.inlaid.forecast.Forecast;
import io.inlaid.forecast.Naive;
import io.inlaid.internal.Native;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Models in native memory: shared, closed, collected. */
class HandleTest {
    private static final double[] SERIES = {1, 2, 3, 5};

    @Test
    void everyCallAfterCloseIsRefused() {
        FittedNaive model = Naive.defaults().fit(SERIES);
        assertFalse(model.isClosed());
        model.close();
        model.close();
        assertTrue(model.isClosed());
        assertThrows(IllegalStateException.class, () -> model.predict(1));
        assertThrows(IllegalStateException.class, model::summary);
        assertThrows(IllegalStateException.class, () -> model.update(SERIES));
        assertThrows(IllegalStateException.class, model::toBytes);
        Future<Forecast> later = model.predictAsync(1, Runnable::run);
        Throwable cause = assertThrows(ExecutionException.class, later::get).getCause();
        assertEquals("this FittedNaive is closed", cause.getMessage());
        assertEquals("FittedNaive[closed]", model.toString());
    }

    @Test
    void closingFreesAtOnceAndOnlyOnce() {
        long before = Native.liveModels();
        FittedNaive model = Naive.defaults().fit(SERIES);
        assertEquals(before + 1, Native.liveModels());
        model.close();
        model.close();
        assertEquals(before, Native.liveModels());
    }

    @Test
    @Timeout(60)
    void modelsThatNobodyClosesAreFreed() throws InterruptedException {
        long before = Native.liveModels();
        for (int i = 0; i < 1_000; i++) {
            Naive.defaults().fit(SERIES);
        }
        assertTrue(Native.liveModels() > before);
        while (Native.liveModels() > before) { // the test's time limit ends this where nothing is freed
            System.gc();
            Thread.sleep(10);
        }
    }

    @Test
    @Timeout(60)
    void manyThreadsShareAModel() throws Exception {
        ExecutorService executor = Executors.newFixedThreadPool(32);
        try (FittedNaive model = Naive.defaults().fit(SERIES)) {
            Forecast expected = model.predict(5, List.of(0.8, 0.95));
            List<Future<Integer>> tasks = new ArrayList<>();
            for (int thread = 0; thread < 32; thread++) {
                tasks.add(executor.submit(() -> {
                    int same = 0;
                    for (int i = 0; i < 200; i++) {
                        same += model.predict(5, List.of(0.8, 0.95)).equals(expected) ? 1 : 0;
                    }
                    return same;
                }));
            }
            for (Future<Integer> task : tasks) {
                assertEquals(200, task.get());
            }
        } finally {
            executor.shutdown();
        }
    }

    @Test
    @Timeout(60)
    void closingWhileOthersPredictFreesAfterTheLast() throws Exception {
        long before = Native.liveModels();
        ExecutorService executor = Executors.newFixedThreadPool(16);
        for (int round = 0; round < 10; round++) {
            FittedNaive model = Naive.defaults().fit(SERIES);
            CountDownLatch started = new CountDownLatch(16);
            AtomicInteger refused = new AtomicInteger();
            List<Future<?>> tasks = new ArrayList<>();
            for (int thread = 0; thread < 16; thread++) {
                tasks.add(executor.submit(() -> {
                    started.countDown();
                    try {
                        while (true) {
                            assertEquals(5.0, model.predict(1).mean().get(0, 0));
                        }
                    } catch (IllegalStateException closed) {
                        refused.incrementAndGet();
                    }
                }));
            }
            started.await();
            model.close();
            for (Future<?> task : tasks) {
                task.get(30, TimeUnit.SECONDS);
            }
            assertEquals(16, refused.get());
        }
        executor.shutdown();
        assertEquals(before, Native.liveModels());
    }
}
