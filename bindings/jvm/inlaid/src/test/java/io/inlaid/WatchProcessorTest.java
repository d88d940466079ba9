package io.inlaid;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.inlaid.anomaly.AlertKind;
import io.inlaid.anomaly.AlertNotice;
import io.inlaid.anomaly.AlertPolicy;
import io.inlaid.anomaly.Ewma;
import io.inlaid.anomaly.Watch;
import io.inlaid.anomaly.WatchProcessor;
import io.inlaid.anomaly.WatchState;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.SubmissionPublisher;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Metrics that flow through a watch. */
class WatchProcessorTest {
    private static final Instant BEGIN = Instant.parse("2024-03-01T00:00:00Z");

    private static WatchState watch() {
        return Watch.builder()
                .detector(Ewma.builder().mean(40).deviation(1).rate(1).build())
                .policy(AlertPolicy.builder().closeAfter(1).build())
                .build()
                .start();
    }

    @Test
    void metricsBecomeNoticesAndBadOnesAreReported() throws Exception {
        List<AlertNotice> notices = Collections.synchronizedList(new ArrayList<>());
        List<String> refused = Collections.synchronizedList(new ArrayList<>());
        try (WatchState watch = watch()) {
            WatchProcessor processor = new WatchProcessor(watch, (metric, reason) -> refused.add(reason.code()));
            CompletableFuture<Void> done = processor.consume(notices::add);
            try (SubmissionPublisher<WatchProcessor.Metric> metrics = new SubmissionPublisher<>()) {
                metrics.subscribe(processor);
                double[] values = {40, 50, 40};
                for (int minute = 0; minute < values.length; minute++) {
                    metrics.submit(new WatchProcessor.Metric("cpu", values[minute], BEGIN.plusSeconds(60L * minute)));
                }
                metrics.submit(new WatchProcessor.Metric("x".repeat(2000), 1, null));
            }
            done.get(30, TimeUnit.SECONDS);
        }
        assertEquals(List.of(AlertKind.OPENED, AlertKind.CLOSED), notices.stream().map(AlertNotice::kind).toList());
        String summary = notices.get(0).incident().summary();
        assertTrue(summary.startsWith("Warning: cpu was 50 at 2024-03-01 00:01"), summary);
        assertEquals(List.of("invalid_data"), refused);
    }
}
