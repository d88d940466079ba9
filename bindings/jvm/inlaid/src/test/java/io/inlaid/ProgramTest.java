package io.inlaid;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeout;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.BiConsumer;
import java.util.stream.IntStream;

import io.inlaid.optimize.Constraint;
import io.inlaid.optimize.Expression;
import io.inlaid.optimize.LinearConflict;
import io.inlaid.optimize.LinearModel;
import io.inlaid.optimize.LinearProgram;
import io.inlaid.optimize.LinearSolution;
import io.inlaid.optimize.LinearStatus;
import io.inlaid.optimize.Variable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

/** Linear programs that read like mathematics. */
class ProgramTest {
    /** Hillier and Lieberman, Introduction to Operations Research: 36 at (2, 6), prices 0, 3/2 and 1. */
    private static final class Wyndor {
        final LinearProgram factory = new LinearProgram("Wyndor");
        final Variable doors = factory.variable("doors");
        final Variable windows = factory.variable("windows");
        final List<Constraint> plants;

        Wyndor() {
            factory.maximize(doors.times(3).plus(windows.times(5)));
            plants = List.of(
                    factory.subjectTo("plant 1", doors.atMost(4)),
                    factory.subjectTo("plant 2", windows.times(2).atMost(12)),
                    factory.subjectTo("plant 3", doors.times(3).plus(windows.times(2)).atMost(18)));
        }

        void check(LinearSolution plan) {
            assertEquals(LinearStatus.OPTIMAL, plan.status());
            near(plan.objective().orElseThrow(), 36);
            near(doors.value(plan), 2);
            near(windows.value(plan), 6);
            near(doors.reducedCost(plan), 0);
            assertArrayEquals(
                    new double[] {0, 1.5, 1}, plants.stream().mapToDouble(plant -> plant.dual(plan)).toArray(), 1e-7);
            near(doors.plus(windows.times(2)).plus(1).value(plan), 15);
        }
    }

    private static void near(double actual, double expected) {
        assertEquals(expected, actual, 1e-6);
    }

    private static double best(LinearProgram program) {
        return program.solve().objective().orElseThrow();
    }

    @Test
    void theTextbookFactoryMakes36() {
        Wyndor wyndor = new Wyndor();
        wyndor.check(wyndor.factory.solve());
        LinearModel.SolveOptions options = LinearModel.SolveOptions.builder().timeLimit(60).build();
        wyndor.check(wyndor.factory.solve(options));
        wyndor.check(wyndor.factory.solve(options, Context.create()));
    }

    @Test
    void futuresGiveTheSame() {
        Wyndor wyndor = new Wyndor();
        ExecutorService executor = Executors.newSingleThreadExecutor();
        try {
            LinearModel.SolveOptions options = LinearModel.SolveOptions.defaults();
            var later = List.of(
                    wyndor.factory.solveAsync(executor),
                    wyndor.factory.solveAsync(options, executor),
                    wyndor.factory.solveAsync(options, Context.create(), executor),
                    wyndor.factory.solveFromAsync(
                            Map.of(), LinearModel.SolveFromOptions.defaults(), Context.create(), executor));
            Variable gates = wyndor.factory.variable("gates"); // comes too late for them
            wyndor.factory.subjectTo(wyndor.doors.plus(gates).atMost(1));
            later.forEach(plan -> wyndor.check(plan.join()));
            wyndor.factory.minimize(wyndor.doors.times(Double.NaN));
            var refused = assertThrows(CompletionException.class, () -> wyndor.factory.solveAsync(executor).join());
            assertInstanceOf(InvalidDataException.class, refused.getCause());
        } finally {
            executor.shutdown();
        }
    }

    @Test
    void namesReachTheModel() {
        Wyndor wyndor = new Wyndor();
        LinearModel model = wyndor.factory.model();
        assertEquals("Wyndor", model.name());
        assertTrue(model.maximize());
        assertEquals(List.of("doors", "windows"), model.columnNames());
        assertEquals(List.of("plant 1", "plant 2", "plant 3"), model.rowNames());
        assertEquals(OptionalInt.of(2), wyndor.plants.get(2).index());
        assertEquals("LinearProgram[Wyndor, 2 variables, 3 constraints]", wyndor.factory.toString());
        LinearProgram nameless = new LinearProgram();
        List<Variable> two = nameless.variables(2, i -> Variable.named(""));
        assertEquals(List.of("x0", "x1"), two.stream().map(Variable::name).toList());
        assertEquals(1, two.get(1).index());
        Constraint row = two.get(0).atLeast(1);
        assertEquals(OptionalInt.empty(), row.index());
        assertEquals("r0", nameless.subjectTo(row).name());
    }

    @Test
    void aKnapsackTakesWholeThings() {
        // By hand: worth 5, 4 and 3, weights 4, 3 and 2 up to 6: the first with the third is worth 8, the others 7.
        double[] worth = {5, 4, 3};
        double[] weights = {4, 3, 2};
        LinearProgram sack = new LinearProgram();
        List<Variable> things = sack.variables(List.of("x", "y", "z"), name -> Variable.named(name).binary());
        sack.maximize(sack.total(things, worth));
        sack.subjectTo(sack.total(things, weights).atMost(6));
        LinearSolution best = sack.solve();
        near(best.objective().orElseThrow(), 8);
        assertArrayEquals(
                new double[] {1, 0, 1}, things.stream().mapToDouble(thing -> thing.value(best)).toArray(), 1e-7);
        // Any number of each up to a weight of 7: the second once and the third twice.
        LinearProgram many = new LinearProgram();
        List<Variable> counts = many.variables(3, i -> Variable.named("count " + i).between(0, 10).integer());
        many.maximize(many.total(counts, worth));
        many.subjectTo(many.total(counts, weights).atMost(7));
        near(best(many), 10);
    }

    @Test
    void aSemiContinuousVariableIsZeroOrAtLeastItsLowerBound() {
        LinearProgram plant = new LinearProgram();
        Variable made = plant.variable(Variable.named("made").between(3, 9).semiContinuous());
        Variable bought = plant.variable(Variable.named("bought").between(0, 4));
        plant.minimize(made.times(2).plus(bought.times(3)));
        plant.subjectTo(made.plus(bought).atLeast(1));
        LinearSolution plan = plant.solve();
        near(plan.objective().orElseThrow(), 3);
        near(made.value(plan), 0);
        near(bought.value(plan), 1);
    }

    @Test
    void aSquareIsMinimised() {
        LinearProgram plane = new LinearProgram();
        Variable x = plane.variable(Variable.named("x").free());
        Variable y = plane.variable(Variable.named("y").free());
        Expression distance = x.minus(2).squared().plus(y.minus(3).squared());
        plane.minimize(distance);
        plane.subjectTo(x.plus(y).atMost(3));
        LinearSolution nearest = plane.solve();
        near(x.value(nearest), 1);
        near(y.value(nearest), 2);
        near(nearest.objective().orElseThrow(), 2);
        near(distance.value(nearest), 2);
        // (x + y)^2 + (y - 2)^2 + 3, with products of two variables in both orders.
        Expression both = x.times(y).plus(y.times(x));
        plane.minimize(x.squared().plus(both).plus(y.times(2).times(y)).minus(y.times(4)).plus(7));
        LinearSolution bottom = plane.solve();
        near(x.value(bottom), -2);
        near(y.value(bottom), 2);
        near(bottom.objective().orElseThrow(), 3);
    }

    @Test
    void constantsStandOnBothSides() {
        LinearProgram sides = new LinearProgram();
        Variable x = sides.variable(Variable.named("x").between(0, 100));
        Variable y = sides.variable(Variable.named("y").between(0, 100));
        sides.maximize(x.plus(y).plus(10));
        Constraint row = sides.subjectTo(x.times(2).plus(3).atMost(y.dividedBy(2).plus(8)));
        sides.subjectTo(y.minus(1).between(0, 3));
        sides.subjectTo(x.minus(y).atMost(Double.POSITIVE_INFINITY));
        LinearSolution best = sides.solve();
        near(x.value(best), 3.5);
        near(y.value(best), 4);
        near(best.objective().orElseThrow(), 17.5);
        near(row.dual(best), 0.5);
        sides.subjectTo(x.plus(1).equalTo(y.times(2).minus(5)));
        near(best(sides), 16);
    }

    @Test
    void sumsAreThoseOfMathematics() {
        LinearProgram program = new LinearProgram();
        Variable x = program.variable("x");
        Variable y = program.variable("y");
        program.subjectTo(x.equalTo(3));
        program.subjectTo(y.equalTo(5));
        LinearSolution at = program.solve();
        Expression none = program.total(List.of());
        near(x.negated().plus(2).value(at), -1);
        near(none.plus(1).minus(y).value(at), -4);
        near(x.times(49).dividedBy(49).value(at), 3);
        near(program.total(List.of(x, y.times(2), x.minus(1)), new double[] {1, 0.5, 2}).value(at), 12);
        near(program.total(List.of(x, y, x, y, x)).value(at), 19);
        near(none.value(at), 0);
        near(x.plus(1).times(y.minus(2)).value(at), 12);
        near(x.squared().times(none.plus(2)).value(at), 18);
        near(none.plus(2).times(x.times(y)).value(at), 30);
        near(x.plus(y).squared().minus(x.squared()).value(at), 55);
    }

    @Test
    void aStartIsCompleted() {
        LinearProgram sack = new LinearProgram();
        List<Variable> things = sack.variables(30, i -> Variable.named("").binary());
        sack.maximize(sack.total(things, IntStream.range(0, 30).mapToDouble(i -> i % 7 + 1).toArray()));
        sack.subjectTo(sack.total(things, IntStream.range(0, 30).mapToDouble(i -> i % 5 + 1).toArray()).atMost(20));
        LinearSolution best = sack.solve();
        Map<Variable, Double> start = new HashMap<>();
        things.forEach(thing -> start.put(thing, thing.value(best)));
        var options = LinearModel.SolveFromOptions.builder().heuristics(false).nodeLimit(1).build();
        double objective = best.objective().orElseThrow();
        near(sack.solveFrom(start, options).objective().orElseThrow(), objective);
        near(sack.solveFrom(start, options, Context.create()).objective().orElseThrow(), objective);
        near(sack.solveFrom(Map.of(things.get(0), 1.0)).objective().orElseThrow(), objective);
        Variable foreign = new LinearProgram().variable("x");
        assertThrows(InvalidConfigException.class, () -> sack.solveFrom(Map.of(foreign, 1.0)));
    }

    @Test
    void aConflictNamesItsRows() {
        LinearProgram impossible = new LinearProgram();
        Variable x = impossible.variable("x");
        Variable y = impossible.variable("y");
        impossible.subjectTo(x.minus(y).atMost(100));
        Constraint most = impossible.subjectTo(x.plus(y).atMost(1));
        impossible.subjectTo(x.plus(y).atLeast(2));
        impossible.minimize(x);
        LinearSolution ended = impossible.solve();
        assertEquals(LinearStatus.INFEASIBLE, ended.status());
        LinearModel.ConflictOptions options = LinearModel.ConflictOptions.defaults();
        for (LinearConflict conflict : List.of(
                impossible.conflict(),
                impossible.conflict(options, Context.create()),
                impossible.conflictAsync(options, Context.create(), Runnable::run).join())) {
            assertArrayEquals(new int[] {1}, conflict.rowUpper());
            assertArrayEquals(new int[] {2}, conflict.rowLower());
            assertTrue(conflict.isMinimal());
        }
        assertThrows(InvalidDataException.class, () -> x.value(ended));
        assertThrows(InvalidDataException.class, () -> x.reducedCost(ended));
        assertThrows(InvalidDataException.class, () -> most.dual(ended));
    }

    @Test
    void laterVariablesAreNotInEarlierSolutions() {
        Wyndor wyndor = new Wyndor();
        LinearSolution plan = wyndor.factory.solve();
        Variable gates = wyndor.factory.variable("gates");
        Constraint late = wyndor.factory.subjectTo(gates.atMost(1));
        assertThrows(InvalidDataException.class, () -> wyndor.doors.plus(gates).value(plan));
        assertThrows(InvalidDataException.class, () -> gates.reducedCost(plan));
        assertThrows(InvalidDataException.class, () -> late.dual(plan));
    }

    @Test
    void whatDoesNotBelongTogetherIsRefused() {
        Variable other = new LinearProgram().variable("other");
        LinearProgram program = new LinearProgram();
        Variable x = program.variable("x");
        Constraint row = program.subjectTo(x.atMost(1));
        List<Executable> refused = List.of(
                () -> x.plus(other),
                () -> x.minus(other),
                () -> x.times(other),
                () -> x.atMost(other),
                () -> program.total(List.of(x, other)),
                () -> program.maximize(other),
                () -> program.subjectTo(other.atMost(1)),
                () -> program.subjectTo(row),
                () -> program.total(List.of(x), new double[2]),
                () -> program.variables(-1, i -> Variable.named("")),
                () -> x.atMost(1).dual(program.solve()));
        for (Executable call : refused) {
            assertThrows(InvalidConfigException.class, call);
        }
    }

    @Test
    void productsStandInObjectivesOnlyAndOfTwo() {
        LinearProgram program = new LinearProgram();
        Variable x = program.variable("x");
        Variable y = program.variable("y");
        assertThrows(UnsupportedException.class, () -> program.subjectTo(x.times(y).atMost(1)));
        assertThrows(UnsupportedException.class, () -> x.times(y).times(x));
    }

    @Test
    void numbersThatAreNoneAreRefused() {
        for (double number : new double[] {Double.NaN, Double.POSITIVE_INFINITY}) {
            List<BiConsumer<LinearProgram, Variable>> puts = List.of(
                    (program, x) -> program.minimize(x.times(number)),
                    (program, x) -> program.minimize(x.squared().times(number)),
                    (program, x) -> program.minimize(x.plus(number)),
                    (program, x) -> program.subjectTo(x.times(number).atMost(1)));
            for (BiConsumer<LinearProgram, Variable> put : puts) {
                LinearProgram program = new LinearProgram();
                put.accept(program, program.variable("x"));
                assertThrows(InvalidDataException.class, program::model);
            }
        }
        LinearProgram program = new LinearProgram();
        program.subjectTo(program.variable("x").atMost(Double.NaN));
        assertThrows(InvalidDataException.class, program::solve);
    }

    @Test
    void twentyThousandVariablesTakeSeconds() {
        // By hand: x_i >= i and x_i + x_(i+1) >= 2 i + 3 for even i: 2 more than the least of each pair.
        int count = 20_000;
        assertTimeout(Duration.ofSeconds(10), () -> {
            LinearProgram program = new LinearProgram();
            List<Variable> x =
                    program.variables(count, i -> Variable.named("").between(i, Double.POSITIVE_INFINITY));
            for (int i = 0; i < count; i += 2) {
                program.subjectTo(x.get(i).plus(x.get(i + 1)).atLeast(2 * i + 3));
            }
            program.minimize(program.total(x));
            program.subjectTo(program.total(x).atLeast(0));
            assertEquals(count * (count - 1.0) / 2 + count, best(program), 1e-3);
        });
    }
}
