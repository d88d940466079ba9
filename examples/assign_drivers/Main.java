import io.inlaid.Matrix;
import io.inlaid.Table;
import io.inlaid.data.Tables;
import io.inlaid.matching.CapacityAssignment;
import io.inlaid.matching.MatchMap;
import io.inlaid.matching.Matching;
import io.inlaid.matching.PointMetric;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;

/**
 * Give every order a driver near to it who has room, so that the way to all of them together is shortest.
 *
 * <p>Usage: java Main ORDERS.csv DRIVERS.csv FOLDER, where ORDERS.csv has the columns order, latitude and longitude, and
 * DRIVERS.csv driver, latitude, longitude and capacity. Writes assignment.csv and map.svg into the folder.
 */
public final class Main {
    private Main() {}

    public static void main(String[] arguments) throws IOException {
        Table orders = Tables.readCsv(Path.of(arguments[0]));
        Table drivers = Tables.readCsv(Path.of(arguments[1]));
        Path folder = Path.of(arguments[2]);
        double[][] left = points(orders);
        double[][] right = points(drivers);

        // Metres from every order to every driver; each order wants one place, each driver has some.
        Matrix metres = Matching.pointCosts(left, right,
                Matching.PointCostsOptions.builder().metric(PointMetric.HAVERSINE).build());
        int[] wanted = new int[left.length];
        Arrays.fill(wanted, 1);
        int[] capacities = Arrays.stream(drivers.longs("capacity")).mapToInt(Math::toIntExact).toArray();
        CapacityAssignment found = Matching.assignWithCapacities(metres, wanted, capacities);
        System.out.println(found.units() + " of " + left.length + " orders have one of " + right.length
                + " drivers, who have " + Arrays.stream(capacities).sum() + " places");
        System.out.println(String.format(Locale.ROOT, "%.3f km in all", found.totalCost() / 1000));

        // The price of a driver says what one more place there would save.
        double[] prices = found.columnPrices();
        int best = 0;
        for (int driver = 1; driver < prices.length; driver++) {
            best = prices[driver] < prices[best] ? driver : best;
        }
        System.out.println(String.format(Locale.ROOT, "one more place is worth most with %s: %.0f m",
                drivers.texts("driver")[best], -prices[best]));

        int[] rows = found.rows();
        int[] columns = found.columns();
        String[] order = new String[rows.length];
        String[] driver = new String[rows.length];
        double[] way = new double[rows.length];
        for (int pair = 0; pair < rows.length; pair++) {
            order[pair] = orders.texts("order")[rows[pair]];
            driver[pair] = drivers.texts("driver")[columns[pair]];
            way[pair] = metres.get(rows[pair], columns[pair]);
        }
        Table assignment = Table.builder().texts("order", order).texts("driver", driver).doubles("metres", way).build();
        Tables.writeCsv(assignment, folder.resolve("assignment.csv"));
        MatchMap map = MatchMap.builder().title("Who delivers what").left("orders").right("drivers").geographic(true).build();
        Files.writeString(folder.resolve("map.svg"), map.toSvg(left, right, rows, columns));
    }

    /** Latitude and longitude, a row each. */
    private static double[][] points(Table table) {
        double[] latitude = table.doubles("latitude");
        double[] longitude = table.doubles("longitude");
        double[][] points = new double[latitude.length][];
        for (int row = 0; row < points.length; row++) {
            points[row] = new double[] {latitude[row], longitude[row]};
        }
        return points;
    }
}
