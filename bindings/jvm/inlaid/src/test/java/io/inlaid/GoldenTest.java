package io.inlaid;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

import io.inlaid.internal.Value;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** Runs the golden cases that all languages share. */
class GoldenTest {
    private static final Caller CALLER = new Caller();

    @TempDir
    Path folder;

    @TestFactory
    Stream<DynamicTest> everyGoldenCaseHolds() throws IOException {
        List<Path> files;
        try (Stream<Path> found = Files.walk(Catalogue.ROOT.resolve("tests/golden"))) {
            files = found.filter(file -> file.toString().endsWith(".json")).sorted().toList();
        }
        assertTrue(!files.isEmpty(), "no golden file was found");
        List<DynamicTest> tests = new ArrayList<>();
        for (Path file : files) {
            for (Object entry : Catalogue.list(Catalogue.read(file))) {
                Map<String, Object> golden = Catalogue.object(entry);
                String name = file.getFileName() + ": " + golden.get("name");
                Path own = folder.resolve("case" + tests.size());
                tests.add(dynamicTest(name, () -> run(golden, Files.createDirectories(own))));
            }
        }
        return tests.stream();
    }

    @AfterAll
    static void mostCallsGoThroughThePublicClasses() {
        assertTrue(CALLER.typed > 3 * CALLER.raw, CALLER.typed + " typed calls, " + CALLER.raw + " raw ones");
    }

    /** Interfaces such as the generated ones. */
    interface OfRow {
        double value(double[] row);
    }

    interface OfRows {
        Matrix values(Matrix rows);
    }

    @Test
    void anObjectiveIsWorthWhatItsFormSays() {
        Map<String, Object> bowl = bowl(1, 1);
        OfRow one = (OfRow) new Objective(bowl).as(OfRow.class);
        assertEquals(10, one.value(new double[] {1, 2}));
        assertEquals(11, one.value(new double[] {0, 0}));
        Map<String, Object> two = Map.of("columns", List.of(bowl, bowl(0, 0)), "fails_at", 2L);
        OfRows both = (OfRows) new Objective(two).as(OfRows.class);
        Matrix points = Matrix.of(new double[][] {{1, 2}, {0, 0}});
        assertEquals(Matrix.of(new double[][] {{10, 41}, {11, 0}}), both.values(points));
        assertThrows(Objective.Thrown.class, () -> both.values(points));
    }

    private static Map<String, Object> bowl(Object... center) {
        return Map.of("quadratic", Map.of("center", List.of(center), "scale", List.of(1, 10)));
    }

    private static void run(Map<String, Object> golden, Path folder) {
        Map<String, Object> kept = new HashMap<>();
        try {
            int number = 0;
            for (Object step : Catalogue.list(golden.get("steps"))) {
                check(Catalogue.object(step), kept, folder, "step " + number++ + ": ");
            }
        } finally {
            kept.values().stream().filter(Handle.class::isInstance).forEach(model -> ((Handle) model).close());
        }
    }

    private static void check(Map<String, Object> step, Map<String, Object> kept, Path folder, String place) {
        Object answer;
        try {
            answer = perform(step, kept, folder);
        } catch (Objective.Thrown thrown) {
            assertTrue(fails(step), place + "the objective threw");
            return;
        } catch (InlaidException failure) {
            if (step.get("fails") == null) {
                throw new AssertionError(place + failure.code() + ": " + failure.getMessage(), failure);
            }
            assertEquals(step.get("fails"), failure.code(), place + failure.getMessage());
            contains(step, failure.getMessage(), place);
            return;
        }
        if (step.get("fails") != null) {
            fail(place + "expected " + step.get("fails") + ", but it succeeded");
        }
        assertTrue(!fails(step), place + "the objective did not throw");
        Object plain = Golden.plain(answer);
        if (step.containsKey("expect")) {
            double within = step.get("within") == null ? 0 : Golden.number(step.get("within"));
            String difference = Golden.difference(step.get("expect"), plain, within, "");
            assertTrue(difference == null, () -> place + difference);
        }
        if (plain instanceof String text) {
            contains(step, text, place);
        }
        if (step.get("as") instanceof String name) {
            kept.put(name, answer);
        }
    }

    private static Object perform(Map<String, Object> step, Map<String, Object> kept, Path folder) {
        Map<String, Object> options = new LinkedHashMap<>();
        if (step.get("options") != null) {
            Catalogue.object(step.get("options")).forEach((name, value) -> options.put(name,
                    value instanceof String text ? text.replace("{tmp}", folder.toString()) : value));
        }
        List<Object> arrays =
                Catalogue.list(step.get("arrays")).stream().map(array -> Golden.array(array, kept)).toList();
        Object receiver = step.get("on") == null ? null : kept.get(step.get("on"));
        CALLER.answers = step.get("answers");
        CALLER.objective = step.get("objective") == null ? null : new Objective(step.get("objective"));
        Object answer = CALLER.call((String) step.get("op"), receiver, options, arrays);
        assertTrue(!(answer instanceof Value) || step.get("fails") != null || !step.containsKey("expect"),
                () -> "a step that succeeds must go through the public classes: " + step);
        return answer;
    }

    private static boolean fails(Map<String, Object> step) {
        return step.get("objective") != null && new Objective(step.get("objective")).fails();
    }

    private static void contains(Map<String, Object> step, String text, String place) {
        if (step.get("contains") instanceof String part) {
            assertTrue(text.contains(part), () -> place + "`" + part + "` is not in: " + text);
        }
    }
}
