package io.inlaid;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ForkJoinPool;

import io.inlaid.data.Tables;
import io.inlaid.forecast.AutoEts;
import io.inlaid.forecast.FittedAutoEts;
import io.inlaid.forecast.FittedNaive;
import io.inlaid.forecast.Forecasting;
import io.inlaid.forecast.Naive;
import io.inlaid.internal.Native;

/** Programs that tests start in a JVM of their own. */
final class Exercise {
    private Exercise() {}

    public static void main(String[] arguments) throws Exception {
        switch (arguments[0]) {
            case "forecast" -> forecast();
            case "border" -> border();
            case "memory" -> memory();
            default -> throw new IllegalArgumentException(arguments[0]);
        }
    }

    /** The smallest program. */
    static void forecast() {
        try (FittedNaive model = Naive.defaults().fit(new double[] {1, 2, 3})) {
            System.out.println("forecast " + model.predict(1).mean().get(0, 0));
        }
    }

    /** Every letter in both directions, errors, and many references in one call. */
    private static void border() throws Exception {
        double[][] series = new double[40][60];
        for (int row = 0; row < series.length; row++) {
            for (int t = 0; t < 60; t++) {
                series[row][t] = 50 + row + 5 * Math.sin(t * Math.PI / 6) + (t * 31 + row * 17) % 7;
            }
        }
        try (FittedAutoEts model = AutoEts.builder().season(12).build().fit(series)) {
            Double[] levels = new Double[60];
            Arrays.setAll(levels, i -> (i + 1) / 61.0);
            model.predict(12, List.of(levels));
            model.components();
            model.summary();
            model.update(new double[40][1]);
            try (FittedAutoEts back = FittedAutoEts.fromBytes(model.toBytes())) {
                back.predictAsync(3, ForkJoinPool.commonPool()).get();
            }
            for (int i = 0; i < 100; i++) {
                try {
                    model.predict(0);
                } catch (InvalidConfigException expected) {
                    // that is what it is for
                }
            }
        }
        Forecasting.seasonalPeriod(series[0]);
        Path file = Files.createTempFile("inlaid", ".csv");
        StringBuilder text = new StringBuilder("unique_id,ds,y");
        for (int column = 0; column < 50; column++) {
            text.append(",c").append(column);
        }
        for (int row = 0; row < 100; row++) {
            text.append("\nä").append(row).append(",2024-01-").append(row % 28 + 1).append(",1.5").append(",7".repeat(50));
        }
        Files.writeString(file, text);
        Table table = Tables.readCsv(file);
        Files.delete(file);
        Context context = Context.create();
        context.cancel();
        try {
            Naive.defaults().fit(series, context);
        } catch (CancelledException expected) {
            System.out.println("border " + table.rowCount() + " " + context.isCancelled() + " " + context.progress());
        }
    }

    /** Prints by how many MiB the process grew over 100,000 fits, with a heap of fixed size. */
    private static void memory() throws Exception {
        fits(30_000);
        System.gc();
        long before = residentPages();
        fits(100_000);
        System.gc();
        System.out.println("models " + Native.liveModels());
        System.out.println("grew " + (residentPages() - before) * 4096 / (1 << 20));
    }

    private static void fits(int count) {
        double[] series = new double[200];
        for (int i = 0; i < count; i++) {
            try (FittedNaive model = Naive.defaults().fit(series)) {
                model.predict(2, List.of(0.5));
            }
            if (i % 10 == 0) {
                try {
                    Naive.defaults().fit(new double[] {Double.NaN});
                } catch (InvalidDataException expected) {
                    // failures must not leak either
                }
            }
        }
    }

    private static long residentPages() throws Exception {
        return Long.parseLong(Files.readString(Path.of("/proc/self/statm")).split(" ")[1]);
    }
}
