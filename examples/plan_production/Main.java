import io.inlaid.Table;
import io.inlaid.data.Tables;
import io.inlaid.optimize.Constraint;
import io.inlaid.optimize.LinearModel;
import io.inlaid.optimize.LinearProgram;
import io.inlaid.optimize.LinearSolution;
import io.inlaid.optimize.Variable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Plan what to make of what there is, so that the profit is greatest, and say what more of each resource would be worth.
 *
 * <p>Usage: java Main PRODUCTS.csv RESOURCES.csv FOLDER, where PRODUCTS.csv has the columns product, profit, least, most,
 * whole (1 where batches are whole) and one for what a batch needs of each resource, and RESOURCES.csv resource, available
 * and price. Writes plan.csv, prices.csv and plan.svg into the folder.
 */
public final class Main {
    private final LinearProgram program = new LinearProgram("Production");
    private final List<Variable> batches = new ArrayList<>();
    private final List<Constraint> limits = new ArrayList<>();

    /** The programme; without {@code whole} any part of a batch may be made. */
    private Main(Table products, Table resources, boolean whole) {
        double[] least = products.doubles("least");
        double[] most = products.doubles("most");
        double[] kinds = products.doubles("whole");
        String[] names = products.texts("product");
        for (int i = 0; i < names.length; i++) {
            Variable.Draft kind = Variable.named(names[i]).between(least[i], most[i]);
            batches.add(program.variable(whole && kinds[i] == 1 ? kind.integer() : kind));
        }
        program.maximize(program.total(batches, products.doubles("profit")));
        double[] available = resources.doubles("available");
        String[] resource = resources.texts("resource");
        for (int i = 0; i < resource.length; i++) {
            limits.add(program.subjectTo(
                    resource[i], program.total(batches, products.doubles(resource[i])).atMost(available[i])));
        }
    }

    public static void main(String[] arguments) throws IOException {
        Table products = Tables.readCsv(Path.of(arguments[0]));
        Table resources = Tables.readCsv(Path.of(arguments[1]));
        Path folder = Path.of(arguments[2]);

        // Without whole batches: what one more unit of a resource is worth, and up to where that holds.
        Main loose = new Main(products, resources, false);
        LinearSolution relaxed = loose.program.solve(LinearModel.SolveOptions.builder().sensitivity(true).build());
        say("profit without whole batches: %.2f", relaxed.objective().orElseThrow());
        double[] duals = loose.limits.stream().mapToDouble(limit -> limit.dual(relaxed)).toArray();
        double[] prices = resources.doubles("price");
        double[] uppers = relaxed.sensitivity().orElseThrow().rightTo();
        for (int i = 0; i < duals.length; i++) {
            double upper = uppers[loose.limits.get(i).index().orElseThrow()];
            String until = Double.isInfinite(upper) ? "without end" : String.format(Locale.ROOT, "up to %.1f", upper);
            String more = duals[i] > prices[i] ? "buy more" : "enough";
            say("%s: one more is worth %.3f (%s), costs %.2f: %s",
                    resources.texts("resource")[i], duals[i], until, prices[i], more);
        }

        // With whole batches: the plan.
        Main whole = new Main(products, resources, true);
        LinearSolution plan = whole.program.solve();
        say("profit of the plan: %.2f", plan.objective().orElseThrow());
        double[] made = whole.batches.stream().mapToDouble(batch -> batch.value(plan)).toArray();
        Table table = Table.builder().texts("product", products.texts("product")).doubles("batches", made).build();
        Tables.writeCsv(table, folder.resolve("plan.csv"));
        table = Table.builder().texts("resource", resources.texts("resource")).doubles("worth", duals).build();
        Tables.writeCsv(table, folder.resolve("prices.csv"));
        String picture = whole.program.model().toSvg(plan.values(), relaxed.rowDuals(), new double[0],
                LinearModel.ToSvgOptions.builder().title("What the plan uses").build());
        Files.writeString(folder.resolve("plan.svg"), picture);
    }

    private static void say(String sentence, Object... values) {
        System.out.println(String.format(Locale.ROOT, sentence, values));
    }
}
