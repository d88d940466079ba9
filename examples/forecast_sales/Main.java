import io.inlaid.Table;
import io.inlaid.data.Tables;
import io.inlaid.forecast.AutoEts;
import io.inlaid.forecast.CrossValidated;
import io.inlaid.forecast.Forecasting;
import io.inlaid.forecast.PanelForecast;
import io.inlaid.forecast.SeasonalNaive;
import io.inlaid.forecast.SeriesFailure;
import io.inlaid.forecast.Theta;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/**
 * Forecast every series of a file one season ahead and judge the methods on the past.
 *
 * <p>Usage: java Main DATA.csv FOLDER, where DATA.csv has the columns unique_id, ds and y. Writes forecast.csv,
 * accuracy.csv and forecast.html into the folder.
 */
public final class Main {
    private Main() {}

    public static void main(String[] arguments) throws IOException {
        Path folder = Path.of(arguments[1]);
        Table table = Tables.readCsv(Path.of(arguments[0]));

        // How good would each method have been on the last three seasons of every series?
        CrossValidated tried = Forecasting.crossValidate(table, Forecasting.CrossValidateOptions.builder()
                .methods(AutoEts.defaults(), Theta.defaults(), SeasonalNaive.defaults())
                .windows(3)
                .levels(0.8, 0.95)
                .build());
        for (SeriesFailure failure : tried.failures()) {
            System.out.println("not judged: " + failure.id() + ": " + failure.message());
        }
        Table accuracy = tried.accuracyTable();
        System.out.println(String.format("%-14s%10s%8s%9s%8s%9s%9s",
                "method", "forecasts", "MASE", "sMAPE %", "OWA", "in 80 %", "in 95 %"));
        for (int row = 0; row < accuracy.rowCount(); row++) {
            System.out.println(String.format(Locale.ROOT, "%-14s%10d%8.3f%9.2f%8.3f%9.3f%9.3f",
                    accuracy.texts("method")[row], accuracy.longs("forecasts")[row], accuracy.doubles("mase")[row],
                    accuracy.doubles("smape")[row], accuracy.doubles("owa")[row],
                    accuracy.doubles("coverage-80")[row], accuracy.doubles("coverage-95")[row]));
        }

        // The next season of every series; a bad series is named and fails alone.
        PanelForecast result = Forecasting.panel(table, Forecasting.PanelOptions.builder()
                .methods(AutoEts.defaults())
                .levels(0.8, 0.95)
                .build());
        for (SeriesFailure failure : result.failures()) {
            System.out.println("not forecast: " + failure.id() + ": " + failure.message());
        }

        Tables.writeCsv(result.forecasts(), folder.resolve("forecast.csv"));
        Tables.writeCsv(accuracy, folder.resolve("accuracy.csv"));
        String page = result.toHtml(table, PanelForecast.ToHtmlOptions.builder()
                .title("The next season of every series")
                .intro("History, forecast, and the bands that should hold 80 and 95 of 100 values.")
                .last(120)
                .table(accuracy)
                .tableTitle("Three seasons forecast in hindsight: MASE and OWA below 1 are better than the seasonal naive"
                        + " forecast and Naive2")
                .build());
        Files.writeString(folder.resolve("forecast.html"), page);
    }
}
