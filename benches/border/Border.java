// What crossing the border costs in Java: an empty call, and 8 MB in and out.
//
// Question: how much does a call cost beside its work? Data: one million doubles. Baseline: a copy of the same 8 MB by
// `double[].clone()` in the same run, alternately. Run it with both jars on the class path:
//
//     java -cp inlaid-VERSION.jar:inlaid-VERSION-PLATFORM.jar Border.java     (median of many rounds, in microseconds)
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Supplier;

import io.inlaid.Matrix;
import io.inlaid.forecast.FittedNaive;
import io.inlaid.forecast.Forecasting;
import io.inlaid.forecast.Naive;
import io.inlaid.internal.Request;
import io.inlaid.internal.Writer;

public final class Border {
    private static final int MILLION = 1_000_000;
    private static final int ROUNDS = 21;
    private static final int WARM_UP = 6;

    private record Case(int repeats, int parts, Supplier<Object> run, double[] micros) {
        Case(int repeats, Supplier<Object> run) {
            this(repeats, 1, run, new double[ROUNDS]);
        }
    }

    public static void main(String[] arguments) {
        double[] few = {1, 2, 3};
        double[] many = new double[MILLION];
        Arrays.setAll(many, i -> i % 97);
        double[][] rows = {many};
        ExecutorService executor = Executors.newSingleThreadExecutor();
        Map<String, Case> cases = new LinkedHashMap<>();
        try (FittedNaive model = Naive.defaults().fit(few); FittedNaive large = Naive.defaults().fit(many)) {
            byte[] bytes = large.toBytes();
            cases.put("empty quick call (mae of 3 numbers)", new Case(5000, () -> Forecasting.mae(few, few)));
            cases.put("an error (mae of 3 and 2 numbers)", new Case(1000, () -> failing(few)));
            cases.put("fit and predict a series of 3, close", new Case(1000, () -> fit(few, 1)));
            cases.put("fit a series of 3 on an executor", new Case(200, () -> later(few, executor)));
            cases.put("copy of 8 MB in Java (baseline)", new Case(5, many::clone));
            cases.put("16 MB in (mae of two double[])", new Case(5, () -> Forecasting.mae(many, many)));
            cases.put("24 MB in (coverage of three)", new Case(5, () -> Forecasting.coverage(many, many, many)));
            cases.put("8 MB as double[][] into a matrix", new Case(5, () -> Matrix.of(rows)));
            cases.put("8 MB of bytes in, a model out", new Case(5, () -> load(bytes)));
            cases.put("8 MB out (a forecast of a million steps)", new Case(3, () -> model.predict(MILLION)));
            cases.put("a question of 9 points", new Case(1, QUESTIONS, Border::seek, new double[ROUNDS]));
            for (int round = 0; round < ROUNDS; round++) {
                for (Case one : cases.values()) {
                    long start = System.nanoTime();
                    for (int i = 0; i < one.repeats; i++) {
                        kept = one.run.get();
                    }
                    one.micros[round] = (System.nanoTime() - start) / 1e3 / one.repeats / one.parts;
                }
            }
        } finally {
            executor.shutdown();
        }
        System.out.println("Java " + Runtime.version() + ", " + System.getProperty("os.arch") + ", "
                + Runtime.getRuntime().availableProcessors() + " processors");
        cases.forEach((name, one) -> {
            double[] sorted = Arrays.copyOfRange(one.micros, WARM_UP, ROUNDS);
            Arrays.sort(sorted);
            System.out.printf("%-44s %9.1f us   (%.1f to %.1f)%n", name, sorted[sorted.length / 2], sorted[0],
                    sorted[sorted.length - 1]);
        });
    }

    private static final int QUESTIONS = 1000;

    /** Asks for the values of 9 points of 4 parameters again and again, with a callback that does nothing. */
    private static Object seek() {
        return new Request("border.seek")
                .asking("objective", QUESTIONS, (asked, answer) ->
                        answer.numbers("objective()", asked.item(0).matrix(), point -> 1.0))
                .option("parameters", 4L, Writer::integer)
                .option("most", (long) QUESTIONS, Writer::integer)
                .run();
    }

    /** Where results go, so that no call can be left out. */
    private static Object kept;

    private static Object failing(double[] few) {
        try {
            return Forecasting.mae(few, new double[2]);
        } catch (io.inlaid.InlaidException expected) {
            return expected;
        }
    }

    private static Object fit(double[] series, int horizon) {
        try (FittedNaive model = Naive.defaults().fit(series)) {
            return model.predict(horizon);
        }
    }

    private static Object later(double[] series, ExecutorService executor) {
        try (FittedNaive model = Naive.defaults().fitAsync(series, executor).join()) {
            return model.toString();
        }
    }

    private static Object load(byte[] bytes) {
        try (FittedNaive model = FittedNaive.fromBytes(bytes)) {
            return model.toString();
        }
    }
}
