package io.inlaid;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;

import io.inlaid.forecast.AutoEts;
import io.inlaid.forecast.FittedNaive;
import io.inlaid.forecast.Forecasting;
import io.inlaid.forecast.Naive;
import io.inlaid.forecast.SeasonalNaive;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;

/** Everything that is refused is refused with the exception of its code, and says what was wrong. */
class BadInputTest {
    private static final double[] SERIES = {1, 2, 3, 5, 4, 6, 7, 9};

    private static void refused(Class<? extends InlaidException> type, String word, Executable call) {
        InlaidException thrown = assertThrows(type, call);
        assertTrue(thrown.getMessage().contains(word), thrown.getMessage());
    }

    @Test
    void raggedAndMissingRowsNameTheRow() {
        Naive naive = Naive.defaults();
        refused(InvalidDataException.class, "row 1", () -> naive.fit(new double[][] {{1, 2}, {1}}));
        refused(InvalidDataException.class, "row 1", () -> naive.fit(new double[][] {{1, 2}, null}));
        refused(InvalidDataException.class, "row 0", () -> naive.fit(new double[][] {null, {1}}));
        refused(InvalidDataException.class, "`series`", () -> naive.fit((double[]) null));
        refused(InvalidDataException.class, "`series`", () -> naive.fit((double[][]) null));
        refused(InvalidDataException.class, "`series`", () -> naive.fit((Matrix) null));
    }

    @Test
    void emptyAndShortSeries() {
        refused(InvalidDataException.class, "no series", () -> Naive.defaults().fit(new double[0][]));
        refused(NotEnoughDataException.class, "at least 1", () -> Naive.defaults().fit(new double[0]));
        refused(NotEnoughDataException.class, "at least", () -> AutoEts.defaults().fit(new double[] {1}));
        try (FittedNaive one = Naive.defaults().fit(new double[] {3})) {
            assertEquals(3.0, one.predict(1).mean().get(0, 0));
        }
    }

    @Test
    void numbersThatAreNone() {
        for (double value : new double[] {Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY}) {
            refused(InvalidDataException.class, "position 1", () -> Naive.defaults().fit(new double[] {1, value}));
        }
    }

    @Test
    void aSeriesOfEqualValuesIsForecastByItsValue() {
        double[] flat = new double[24];
        Arrays.fill(flat, 7);
        try (var fitted = AutoEts.builder().season(12).build().fit(flat)) {
            for (double value : fitted.predict(3, List.of(0.95)).mean().data()) {
                assertEquals(7.0, value, 1e-9);
            }
        }
    }

    @Test
    void horizonsAndLevels() {
        try (FittedNaive model = Naive.defaults().fit(SERIES)) {
            refused(InvalidConfigException.class, "horizon", () -> model.predict(0));
            refused(InvalidConfigException.class, "horizon", () -> model.predict(-1));
            refused(TooLargeException.class, "steps", () -> model.predict(1L << 31));
            refused(TooLargeException.class, "steps", () -> model.predict(Long.MAX_VALUE));
            for (double level : new double[] {-0.5, 0, 1, 95}) {
                refused(InvalidConfigException.class, "levels", () -> model.predict(1, List.of(level)));
            }
            refused(InvalidConfigException.class, "levels[1]", () -> model.predict(1, List.of(0.5, Double.NaN)));
            refused(InvalidConfigException.class, "levels[0]",
                    () -> model.predict(1, List.of(Double.POSITIVE_INFINITY)));
            refused(InvalidConfigException.class, "levels[0]", () -> model.predict(1, Collections.singletonList(null)));
            refused(InvalidConfigException.class, "levels", () -> model.predict(1, (List<Double>) null));
        }
    }

    @Test
    void optionsOutOfRange() {
        refused(InvalidConfigException.class, "season", () -> SeasonalNaive.builder().season(0).build().fit(SERIES));
        refused(InvalidConfigException.class, "season", () -> SeasonalNaive.builder().season(-4).build().fit(SERIES));
        refused(InvalidConfigException.class, "`error`", () -> AutoEts.builder().error(null).build());
        refused(InvalidConfigException.class, "threads", () -> Context.builder().threads(-1));
        refused(InvalidConfigException.class, "threads", () -> Inlaid.builder().threads(-1));
        refused(InvalidConfigException.class, "null", () -> Forecasting.seasonalPeriod(SERIES,
                (Forecasting.SeasonalPeriodOptions) null));
        var options = Forecasting.SeasonalPeriodOptions.builder().leastStrength(Double.NaN).build();
        refused(InvalidConfigException.class, "least_strength", () -> Forecasting.seasonalPeriod(SERIES, options));
    }

    @Test
    void damagedAndMissingModels(@TempDir Path folder) throws Exception {
        byte[] saved;
        try (FittedNaive model = Naive.defaults().fit(SERIES)) {
            saved = model.toBytes();
            Path file = folder.resolve("naive.inlaid");
            model.save(file);
            try (FittedNaive back = FittedNaive.load(file)) {
                assertEquals(model.predict(3, List.of(0.9)), back.predict(3, List.of(0.9)));
            }
        }
        for (int position = 0; position < saved.length; position++) {
            byte[] damaged = saved.clone();
            damaged[position] ^= 0x40;
            assertThrows(IncompatibleException.class, () -> FittedNaive.fromBytes(damaged));
        }
        for (int length = 0; length < saved.length; length += 7) {
            byte[] cut = Arrays.copyOf(saved, length);
            assertThrows(IncompatibleException.class, () -> FittedNaive.fromBytes(cut));
        }
        refused(ModelNotFoundException.class, "nowhere", () -> FittedNaive.load(folder.resolve("nowhere.inlaid")));
        refused(IoException.class, "", () -> FittedNaive.load(folder));
        refused(InvalidDataException.class, "bytes", () -> FittedNaive.fromBytes(null));
        refused(InvalidConfigException.class, "path", () -> FittedNaive.load(null));
    }

    @Test
    void shapesThatDoNotFit() {
        refused(InvalidDataException.class, "3 numbers", () -> new Matrix(new double[3], 2, 2));
        refused(InvalidDataException.class, "-1", () -> new Matrix(new double[0], -1, 0));
        refused(InvalidDataException.class, "null", () -> new Matrix(null, 0, 0));
        refused(InvalidDataException.class, "0 numbers", () -> new Matrix(new double[0], 1 << 16, 1 << 16));
        refused(TooLargeException.class, "2^31", () -> {
            double[][] rows = new double[1 << 16][];
            Arrays.fill(rows, new double[1 << 16]);
            Matrix.of(rows);
        });
    }
}
