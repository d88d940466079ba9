package io.inlaid.anomaly;

import java.time.Instant;
import java.util.Objects;
import java.util.concurrent.Executor;
import java.util.concurrent.Flow;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.SubmissionPublisher;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

import io.inlaid.InlaidException;

/**
 * A {@link WatchState} as a processor of {@link Flow} and as a consumer: metrics in, notices out.
 *
 * <p>A metric that the watch refuses goes to the handler with the reason and changes nothing; the stream goes on. The watch itself
 * stays the caller's, who closes it.
 *
 * <pre>{@code
 * try (WatchState watch = Watch.builder().build().start();
 *         WatchProcessor notices = new WatchProcessor(watch, (metric, reason) -> log(reason))) {
 *     notices.consume(notice -> page(notice.incident().summary()));
 *     notices.accept(new WatchProcessor.Metric("cpu", 93.5, Instant.now()));
 * }
 * }</pre>
 */
public final class WatchProcessor extends SubmissionPublisher<AlertNotice>
        implements Flow.Processor<WatchProcessor.Metric, AlertNotice>, Consumer<WatchProcessor.Metric> {
    private static final double NANOS = 1e9;

    private final WatchState watch;
    private final BiConsumer<? super Metric, ? super InlaidException> refused;
    private Flow.Subscription subscription;

    /**
     * The value of a series at a moment.
     *
     * @param series the name of the series, at most 1000 bytes
     * @param value the value; NaN is a missing one
     * @param time when it was; null where that is not known
     */
    public record Metric(String series, double value, Instant time) {
        /**
         * The value of a series at a moment.
         *
         * @param series the name of the series, at most 1000 bytes
         * @param value the value; NaN is a missing one
         * @param time when it was; null where that is not known
         */
        public Metric {
            Objects.requireNonNull(series, "series");
        }
    }

    /**
     * A processor whose notices are delivered by the common pool.
     *
     * @param watch a watch that was started
     * @param refused takes metrics that the watch refuses, with the reason
     */
    public WatchProcessor(WatchState watch, BiConsumer<? super Metric, ? super InlaidException> refused) {
        this(watch, refused, ForkJoinPool.commonPool());
    }

    /**
     * A processor whose notices are delivered by an executor.
     *
     * @param watch a watch that was started
     * @param refused takes metrics that the watch refuses, with the reason
     * @param executor delivers the notices
     */
    public WatchProcessor(
            WatchState watch, BiConsumer<? super Metric, ? super InlaidException> refused, Executor executor) {
        super(executor, Flow.defaultBufferSize());
        this.watch = Objects.requireNonNull(watch, "watch");
        this.refused = Objects.requireNonNull(refused, "refused");
    }

    /**
     * Watch a metric, and submit the notices that it causes.
     *
     * @param metric the metric
     */
    @Override
    public void accept(Metric metric) {
        String[] series = {metric.series()};
        double[] values = {metric.value()};
        Instant time = metric.time();
        WatchStep step;
        try {
            step = time == null
                    ? watch.update(series, values)
                    : watch.update(series, values, time.getEpochSecond() + time.getNano() / NANOS);
        } catch (InlaidException reason) {
            refused.accept(metric, reason);
            return;
        }
        step.notices().forEach(this::submit);
    }

    @Override
    public void onSubscribe(Flow.Subscription subscription) {
        this.subscription = subscription;
        subscription.request(1);
    }

    @Override
    public void onNext(Metric metric) {
        accept(metric);
        subscription.request(1);
    }

    @Override
    public void onError(Throwable error) {
        closeExceptionally(error);
    }

    @Override
    public void onComplete() {
        close();
    }
}
