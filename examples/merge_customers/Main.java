import io.inlaid.Table;
import io.inlaid.data.Tables;
import io.inlaid.matching.ColumnEvidence;
import io.inlaid.matching.FittedLinkage;
import io.inlaid.matching.Linkage;
import io.inlaid.matching.LinkageAccuracy;
import io.inlaid.matching.LinkageSummary;
import io.inlaid.matching.Matching;
import io.inlaid.matching.PairExplanation;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;

/**
 * Find the records that are the same customer, say why, and merge them.
 *
 * <p>Usage: java Main CUSTOMERS.csv FOLDER. Nothing need be known of the columns. Where there is a column rec_id like
 * rec-17-dup-0, as in the febrl data sets, it is not looked at: its number is the truth that the result is judged by. Writes
 * entities.csv (the entity of every record), customers.csv (one record per entity) and reasons.txt into the folder.
 */
public final class Main {
    private Main() {}

    public static void main(String[] arguments) throws IOException {
        Table table = Tables.readCsv(Path.of(arguments[0]));
        Path folder = Path.of(arguments[1]);
        boolean judged = table.has("rec_id");
        Linkage linkage = Linkage.builder().ignore(judged ? List.of("rec_id") : List.of()).build();
        try (FittedLinkage fitted = linkage.fit(table)) {
            int[] entities = fitted.entities();
            LinkageSummary summary = fitted.summary();
            System.out.println(summary.records() + " records are " + summary.entities() + " customers");
            if (judged) {
                int[] truth = Arrays.stream(table.texts("rec_id")).mapToInt(name -> Integer.parseInt(name.split("-")[1])).toArray();
                LinkageAccuracy accuracy = Matching.linkageAccuracy(entities, truth);
                System.out.println(String.format(Locale.ROOT, "precision %.4f, recall %.4f, F1 %.4f",
                        accuracy.precision(), accuracy.recall(), accuracy.f1()));
            }
            String reasons = String.join("\n", reasons(fitted));
            System.out.println(reasons);
            Tables.writeCsv(Table.builder().ints("entity", entities).build(), folder.resolve("entities.csv"));
            Tables.writeCsv(Matching.mergeRecords(table, entities), folder.resolve("customers.csv"));
            Files.writeString(folder.resolve("reasons.txt"), reasons + "\n");
        }
    }

    /** Why: the three pairs that were nearest to being kept apart, column by column, in bits. */
    private static List<String> reasons(FittedLinkage fitted) {
        Table found = fitted.pairs();
        double[] weights = found.doubles("weight");
        long[] left = found.longs("left");
        long[] right = found.longs("right");
        int[] order = IntStream.range(0, weights.length).boxed()
                .sorted(Comparator.comparingDouble(pair -> weights[pair])).limit(3).mapToInt(pair -> pair).toArray();
        List<String> lines = new ArrayList<>();
        for (int pair : order) {
            PairExplanation why = fitted.explain(left[pair], right[pair]);
            lines.add(String.format(Locale.ROOT, "records %d and %d: %.2f bits, probability %.4f",
                    why.left(), why.right(), why.weight(), why.probability()));
            lines.add(String.format(Locale.ROOT, "  %+8.2f  before looking", why.priorWeight()));
            for (ColumnEvidence column : why.columns()) {
                lines.add(String.format(Locale.ROOT, "  %+8.2f  %s: %s | %s (%s)",
                        column.weight() + column.frequencyWeight(), column.column(),
                        column.left().orElse("-"), column.right().orElse("-"), column.level()));
            }
        }
        return lines;
    }
}
