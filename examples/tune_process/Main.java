import io.inlaid.Context;
import io.inlaid.Table;
import io.inlaid.data.Tables;
import io.inlaid.optimize.CategoricalParameter;
import io.inlaid.optimize.ContinuousParameter;
import io.inlaid.optimize.IntegerParameter;
import io.inlaid.optimize.Minimum;
import io.inlaid.optimize.Optimization;
import io.inlaid.optimize.Space;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Find the settings of a process that give the most, where every trial costs: three numbers, a count and a choice.
 *
 * <p>Usage: java Main FOLDER. The process is a made-up reactor, which stands for a plant, a simulation or a training run;
 * all that the search sees of it is the yield of the settings it asks for. Writes trials.csv and progress.svg into the
 * folder.
 */
public final class Main {
    private static final List<String> CATALYSTS = List.of("none", "platinum", "zeolite");

    private Main() {}

    public static void main(String[] arguments) throws IOException {
        Path folder = Path.of(arguments[0]);
        Space space = Space.builder()
                .parameters(List.of(
                        ContinuousParameter.builder().name("temperature").low(120.0).high(260.0).build(),
                        ContinuousParameter.builder().name("minutes").low(5.0).high(90.0).build(),
                        IntegerParameter.builder().name("stages").low(1).high(6).build(),
                        CategoricalParameter.builder().name("catalyst").choices(CATALYSTS).build()))
                .build();
        List<double[]> trials = new ArrayList<>();
        Optimization.MinimizeOptions options = Optimization.MinimizeOptions.builder()
                .maximize(true)
                .evaluations(60)
                .build();
        Minimum found = Optimization.minimize(settings -> {
            double value = gain(settings);
            trials.add(new double[] {settings[0], settings[1], settings[2], settings[3], value});
            return value;
        }, space, options, Context.builder().seed(7).build());

        double[] best = found.point();
        System.out.println(String.format(Locale.ROOT, "%d trials, the best gives %.2f", found.evaluations(), found.value()));
        System.out.println(String.format(Locale.ROOT, "%.1f degrees, %.1f minutes, %.0f stages, %s",
                best[0], best[1], best[2], CATALYSTS.get((int) best[3])));
        Table table = Table.builder()
                .doubles("temperature", column(trials, 0))
                .doubles("minutes", column(trials, 1))
                .doubles("stages", column(trials, 2))
                .texts("catalyst", trials.stream().map(trial -> CATALYSTS.get((int) trial[3])).toArray(String[]::new))
                .doubles("gain", column(trials, 4))
                .build();
        Tables.writeCsv(table, folder.resolve("trials.csv"));
        Files.writeString(folder.resolve("progress.svg"), found.toSvg());
    }

    /** What a run gives less what it costs: the best temperature, time and height depend on the catalyst. */
    private static double gain(double[] settings) {
        int catalyst = (int) settings[3];
        double best = new double[] {235, 188, 205}[catalyst];
        double height = new double[] {48, 82, 91}[catalyst];
        double heat = (settings[0] - best) / 22;
        double made = height * settings[1] / (settings[1] + 9 - settings[2]) / (1 + heat * heat);
        return made - 0.21 * settings[1] - 1.7 * settings[2] - new double[] {0, 4, 9}[catalyst];
    }

    private static double[] column(List<double[]> trials, int column) {
        return trials.stream().mapToDouble(trial -> trial[column]).toArray();
    }
}
