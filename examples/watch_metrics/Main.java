import io.inlaid.Table;
import io.inlaid.anomaly.AlertPolicy;
import io.inlaid.anomaly.Incident;
import io.inlaid.anomaly.IncidentMember;
import io.inlaid.anomaly.StreamDetector;
import io.inlaid.anomaly.Suppression;
import io.inlaid.anomaly.Watch;
import io.inlaid.anomaly.WatchReport;
import io.inlaid.anomaly.WatchState;
import io.inlaid.data.Tables;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Watch the metrics of a service as they come, and say what is wrong in words that people can act on.
 *
 * <p>Usage: java Main METRICS.csv FOLDER, where METRICS.csv has the column timestamp and one column of numbers per metric
 * (any file of the Numenta Anomaly Benchmark is one). Writes incidents.csv, watch.html and incident.svg into the folder.
 */
public final class Main {
    private Main() {}

    public static void main(String[] arguments) throws IOException {
        Table metrics = Tables.readCsv(Path.of(arguments[0]));
        Path folder = Path.of(arguments[1]);

        // Two days teach a detector what is usual at this hour. Nobody wants to know of releases, from 22:00 to 22:45 on every
        // Thursday, as the 1st of January 1970 was.
        Suppression release = Suppression.builder().begin(79_200).end(81_900).every(604_800).build();
        AlertPolicy policy = AlertPolicy.builder().groupWithin(1800).suppressions(List.of(release)).build();
        Watch service = Watch.builder().detector(StreamDetector.builder().warmUp(576).build()).policy(policy).build();
        try (WatchState watch = service.start()) {
            WatchReport report = watch.replay(metrics);
            System.out.println(report.scores().length + " events of " + String.join(", ", report.series()));
            IncidentMember farthest = null;
            for (Incident incident : report.incidents()) {
                System.out.println(incident.summary());
                for (IncidentMember member : incident.members()) {
                    farthest = farthest == null || member.peakScore() > farthest.peakScore() ? member : farthest;
                }
            }
            System.out.println(watch.silenced() + " unusual events were silenced");

            Tables.writeCsv(report.incidentsTable(), folder.resolve("incidents.csv"));
            WatchReport.ToHtmlOptions page = WatchReport.ToHtmlOptions.builder().title("Service").build();
            Files.writeString(folder.resolve("watch.html"), report.toHtml(page));
            // The metric that was farthest from what is usual.
            WatchReport.ToSvgOptions.Builder picture = WatchReport.ToSvgOptions.builder();
            if (farthest != null) {
                picture.series(farthest.series());
            }
            Files.writeString(folder.resolve("incident.svg"), report.toSvg(picture.build()));
        }
    }
}
