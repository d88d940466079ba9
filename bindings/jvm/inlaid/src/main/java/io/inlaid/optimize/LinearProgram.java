package io.inlaid.optimize;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Function;
import java.util.function.IntFunction;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;

import io.inlaid.CancelledException;
import io.inlaid.Context;
import io.inlaid.InlaidException;
import io.inlaid.InvalidConfigException;
import io.inlaid.InvalidDataException;
import io.inlaid.UnsupportedException;

/**
 * A linear, mixed-integer or quadratic program, written as mathematics.
 *
 * <pre>{@code
 * LinearProgram factory = new LinearProgram();
 * Variable doors = factory.variable("doors");
 * Variable windows = factory.variable("windows");
 * factory.maximize(doors.times(3).plus(windows.times(5)));
 * Constraint plant = factory.subjectTo("plant 3", doors.times(3).plus(windows.times(2)).atMost(18));
 * factory.subjectTo(doors.atMost(4));
 * factory.subjectTo(windows.times(2).atMost(12));
 * LinearSolution plan = factory.solve();
 * // plan.objective() is 36, doors.value(plan) 2, windows.value(plan) 6, plant.dual(plan) 1
 * }</pre>
 *
 * <p>A program is for one thread at a time; a call that runs on an executor does not see what is added after it.
 */
public final class LinearProgram {
    private final String name;
    private final List<Variable.Draft> columns = new ArrayList<>();
    private final List<String> columnNames = new ArrayList<>();
    private final List<Constraint> rows = new ArrayList<>();
    private Expression objective = Expression.of(this, 0);
    private boolean maximize;

    /** A program without a name. */
    public LinearProgram() {
        this("");
    }

    /**
     * A program.
     *
     * @param name what it is called
     */
    public LinearProgram(String name) {
        this.name = Objects.requireNonNull(name, "name");
    }

    /**
     * One more variable, which is 0 or more.
     *
     * @param name what it is called; empty for x0, x1, ..
     * @return the variable
     */
    public Variable variable(String name) {
        return variable(Variable.named(name));
    }

    /**
     * One more variable.
     *
     * @param draft what it is, such as {@code Variable.named("trucks").between(0, 4).integer()}
     * @return the variable
     */
    public Variable variable(Variable.Draft draft) {
        int index = columns.size();
        String called = draft.name.isEmpty() ? "x" + index : draft.name;
        columns.add(draft);
        columnNames.add(called);
        return new Variable(this, index, called);
    }

    /**
     * Several variables.
     *
     * @param count how many there are
     * @param draft what each is, by its number from 0, such as {@code i -> Variable.named("route " + i).binary()}
     * @return the variables
     */
    public List<Variable> variables(int count, IntFunction<Variable.Draft> draft) {
        if (count < 0) {
            throw new InvalidConfigException("the number of variables must be at least 0, got " + count);
        }
        return IntStream.range(0, count).mapToObj(i -> variable(draft.apply(i))).toList();
    }

    /**
     * Several variables.
     *
     * @param names what they are called
     * @param draft what each is, by its name, such as {@code Variable::named}
     * @return the variables
     */
    public List<Variable> variables(Collection<String> names, Function<String, Variable.Draft> draft) {
        return names.stream().map(each -> variable(draft.apply(each))).toList();
    }

    /**
     * The sum of variables or expressions; much faster than adding many of them one by one.
     *
     * @param summands what is added up
     * @return the sum
     * @throws InvalidConfigException for variables of another program
     */
    public Expression total(Collection<? extends Expression> summands) {
        return total(List.copyOf(summands), ones(summands.size()));
    }

    /**
     * The sum of variables or expressions, each times its factor.
     *
     * @param summands what is added up
     * @param factors one number per summand
     * @return the sum
     * @throws InvalidConfigException for another number of factors than summands, or variables of another program
     */
    public Expression total(List<? extends Expression> summands, double[] factors) {
        int count = summands.size();
        if (factors.length != count) {
            throw new InvalidConfigException(factors.length + " factors for " + count + " summands");
        }
        Terms[] linear = new Terms[count];
        Terms[] products = new Terms[count];
        double constant = 0;
        int position = 0;
        for (Expression summand : summands) {
            double factor = factors[position];
            own(summand, "a total");
            linear[position] = summand.factors.map(value -> value * factor);
            products[position++] = summand.products.map(value -> value * factor);
            constant += summand.constant * factor;
        }
        return new Expression(this, Terms.sum(linear), Terms.sum(products), constant);
    }

    /**
     * Makes the least value of this sum the objective.
     *
     * @param objective the sum
     * @throws InvalidConfigException for variables of another program
     */
    public void minimize(Expression objective) {
        own(objective, "an objective");
        this.objective = objective;
        maximize = false;
    }

    /**
     * Makes the greatest value of this sum the objective.
     *
     * @param objective the sum
     * @throws InvalidConfigException for variables of another program
     */
    public void maximize(Expression objective) {
        minimize(objective);
        maximize = true;
    }

    /**
     * One more constraint, called r0, r1, ..
     *
     * @param constraint what {@link Expression#atMost(double)}, {@code atLeast}, {@code equalTo} and {@code between}
     *     give
     * @return the constraint, to be asked for its price
     * @throws InvalidConfigException if it is part of a program already, or of another one's variables
     * @throws UnsupportedException if it has products of variables
     */
    public Constraint subjectTo(Constraint constraint) {
        return subjectTo("", constraint);
    }

    /**
     * One more constraint.
     *
     * @param name what it is called; empty for r0, r1, ..
     * @param constraint what {@link Expression#atMost(double)}, {@code atLeast}, {@code equalTo} and {@code between}
     *     give
     * @return the constraint, to be asked for its price
     * @throws InvalidConfigException if it is part of a program already, or of another one's variables
     * @throws UnsupportedException if it has products of variables
     */
    public Constraint subjectTo(String name, Constraint constraint) {
        Objects.requireNonNull(name, "name");
        own(constraint.expression, "a constraint");
        if (constraint.index().isPresent()) {
            throw new InvalidConfigException(
                    "the constraint `" + constraint.name() + "` is part of a program already");
        }
        if (constraint.expression.products.size() > 0) {
            throw new UnsupportedException("only the objective may have products of variables");
        }
        int row = rows.size();
        constraint.become(row, name.isEmpty() ? "r" + row : name);
        rows.add(constraint);
        return constraint;
    }

    /**
     * The program as arrays, with everything that a {@link LinearModel} can do.
     *
     * @return the model
     * @throws InvalidDataException for NaN, infinite factors, and semi-continuous variables without upper bound
     */
    public LinearModel model() {
        if (!Double.isFinite(objective.constant)) {
            throw new InvalidDataException("the constant of the objective must be finite, got " + objective.constant);
        }
        double[] costs = new double[columns.size()];
        for (int i = 0; i < objective.factors.size(); i++) {
            costs[(int) objective.factors.keys()[i]] = objective.factors.values()[i];
        }
        int count = rows.stream().mapToInt(row -> row.expression.factors.size()).reduce(0, Math::addExact);
        int[] entryRows = new int[count];
        int[] entryColumns = new int[count];
        double[] entryValues = new double[count];
        int entry = 0;
        for (int row = 0; row < rows.size(); row++) {
            Terms factors = rows.get(row).expression.factors;
            for (int i = 0; i < factors.size(); i++) {
                entryRows[entry] = row;
                entryColumns[entry] = (int) factors.keys()[i];
                entryValues[entry++] = factors.values()[i];
            }
        }
        Terms products = objective.products;
        return Optimization.linearModel(
                costs,
                numbers(columns, column -> column.lower),
                numbers(columns, column -> column.upper),
                IntStream.range(0, costs.length).filter(i -> columns.get(i).isInteger).toArray(),
                IntStream.range(0, costs.length).filter(i -> columns.get(i).isSemiContinuous).toArray(),
                numbers(rows, Constraint::rowLower),
                numbers(rows, Constraint::rowUpper),
                entryRows,
                entryColumns,
                entryValues,
                Arrays.stream(products.keys()).mapToInt(Terms::first).toArray(),
                Arrays.stream(products.keys()).mapToInt(Terms::second).toArray(),
                products.values(),
                Optimization.LinearModelOptions.builder()
                        .name(name)
                        .maximize(maximize)
                        .constant(objective.constant)
                        .columnNames(columnNames)
                        .rowNames(rows.stream().map(Constraint::name).toList())
                        .build());
    }

    /**
     * The best values, or why there are none.
     *
     * @return the solution
     * @throws InlaidException if the call fails; its {@link InlaidException#code() code} says why
     */
    public LinearSolution solve() {
        return model().solve();
    }

    /**
     * The best values, or why there are none.
     *
     * @param options limits, gaps and whether sensitivity is computed
     * @return the solution
     * @throws InlaidException if the call fails; its {@link InlaidException#code() code} says why
     */
    public LinearSolution solve(LinearModel.SolveOptions options) {
        return model().solve(options);
    }

    /**
     * The best values, or why there are none.
     *
     * @param options limits, gaps and whether sensitivity is computed
     * @param context its seed, threads, cancellation and progress
     * @return the solution
     * @throws CancelledException if the context was cancelled
     * @throws InlaidException if the call fails; its {@link InlaidException#code() code} says why
     */
    public LinearSolution solve(LinearModel.SolveOptions options, Context context) {
        return model().solve(options, context);
    }

    /**
     * The best values, or why there are none.
     *
     * <p>Runs on the executor. Cancelling the future stops the call within 100 ms.
     *
     * @param executor runs the call
     * @return a future of the answer, or of the exception that the call without a future throws
     */
    public CompletableFuture<LinearSolution> solveAsync(Executor executor) {
        return later(model -> model.solveAsync(executor));
    }

    /**
     * The best values, or why there are none.
     *
     * <p>Runs on the executor. Cancelling the future stops the call within 100 ms.
     *
     * @param options limits, gaps and whether sensitivity is computed
     * @param executor runs the call
     * @return a future of the answer, or of the exception that the call without a future throws
     */
    public CompletableFuture<LinearSolution> solveAsync(LinearModel.SolveOptions options, Executor executor) {
        return later(model -> model.solveAsync(options, executor));
    }

    /**
     * The best values, or why there are none.
     *
     * <p>Runs on the executor. Cancelling the future stops the call within 100 ms.
     *
     * @param options limits, gaps and whether sensitivity is computed
     * @param context its seed, threads and progress; cancelled when the future is
     * @param executor runs the call
     * @return a future of the answer, or of the exception that the call without a future throws
     */
    public CompletableFuture<LinearSolution> solveAsync(
            LinearModel.SolveOptions options, Context context, Executor executor) {
        return later(model -> model.solveAsync(options, context, executor));
    }

    /**
     * As {@link #solve()}, beginning at values of some variables, of which the whole ones are completed to a first
     * solution if that is possible.
     *
     * @param start a value for some variables
     * @return the solution
     * @throws InvalidConfigException for a variable of another program
     * @throws InlaidException if the call fails; its {@link InlaidException#code() code} says why
     */
    public LinearSolution solveFrom(Map<Variable, Double> start) {
        return model().solveFrom(point(start));
    }

    /**
     * As {@link #solveFrom(Map)}, with options.
     *
     * @param start a value for some variables
     * @param options limits, gaps and whether sensitivity is computed
     * @return the solution
     * @throws InvalidConfigException for a variable of another program
     * @throws InlaidException if the call fails; its {@link InlaidException#code() code} says why
     */
    public LinearSolution solveFrom(Map<Variable, Double> start, LinearModel.SolveFromOptions options) {
        return model().solveFrom(point(start), options);
    }

    /**
     * As {@link #solveFrom(Map)}, with options.
     *
     * @param start a value for some variables
     * @param options limits, gaps and whether sensitivity is computed
     * @param context its seed, threads, cancellation and progress
     * @return the solution
     * @throws InvalidConfigException for a variable of another program
     * @throws CancelledException if the context was cancelled
     * @throws InlaidException if the call fails; its {@link InlaidException#code() code} says why
     */
    public LinearSolution solveFrom(
            Map<Variable, Double> start, LinearModel.SolveFromOptions options, Context context) {
        return model().solveFrom(point(start), options, context);
    }

    /**
     * As {@link #solveFrom(Map)}, on the executor. Cancelling the future stops the call within 100 ms.
     *
     * @param start a value for some variables
     * @param options limits, gaps and whether sensitivity is computed
     * @param context its seed, threads and progress; cancelled when the future is
     * @param executor runs the call
     * @return a future of the answer, or of the exception that the call without a future throws
     */
    public CompletableFuture<LinearSolution> solveFromAsync(
            Map<Variable, Double> start, LinearModel.SolveFromOptions options, Context context, Executor executor) {
        return later(model -> model.solveFromAsync(point(start), options, context, executor));
    }

    /**
     * Bounds and constraints of a program without any point that contradict each other, none of which can be left out.
     *
     * @return bounds and constraints that contradict each other
     * @throws InlaidException if the call fails, as it does for a program that has a point
     */
    public LinearConflict conflict() {
        return model().conflict();
    }

    /**
     * As {@link #conflict()}, with options.
     *
     * @param options limits
     * @param context its seed, threads, cancellation and progress
     * @return bounds and constraints that contradict each other
     * @throws CancelledException if the context was cancelled
     * @throws InlaidException if the call fails, as it does for a program that has a point
     */
    public LinearConflict conflict(LinearModel.ConflictOptions options, Context context) {
        return model().conflict(options, context);
    }

    /**
     * As {@link #conflict()}, on the executor. Cancelling the future stops the call within 100 ms.
     *
     * @param options limits
     * @param context its seed, threads and progress; cancelled when the future is
     * @param executor runs the call
     * @return a future of the answer, or of the exception that the call without a future throws
     */
    public CompletableFuture<LinearConflict> conflictAsync(
            LinearModel.ConflictOptions options, Context context, Executor executor) {
        return later(model -> model.conflictAsync(options, context, executor));
    }

    @Override
    public String toString() {
        return "LinearProgram[" + (name.isEmpty() ? "" : name + ", ") + columns.size() + " variables, " + rows.size()
                + " constraints]";
    }

    /** A call on the model; what is wrong with that, or with a start, is the future's exception, too. */
    private <T> CompletableFuture<T> later(Function<LinearModel, CompletableFuture<T>> call) {
        try {
            return call.apply(model());
        } catch (InlaidException refused) {
            return CompletableFuture.failedFuture(refused);
        }
    }

    /** A value for each column: as given, else as near to 0 as its bounds allow. */
    private double[] point(Map<Variable, Double> start) {
        double[] point = numbers(columns, column -> Math.min(Math.max(0, column.lower), column.upper));
        start.forEach((variable, value) -> {
            own(variable, "a start");
            point[variable.index()] = value;
        });
        return point;
    }

    private void own(Expression expression, String what) {
        if (expression.program != this) {
            throw new InvalidConfigException("the variables of " + what + " must be those of its program");
        }
    }

    private static <T> double[] numbers(List<T> of, ToDoubleFunction<T> number) {
        return of.stream().mapToDouble(number).toArray();
    }

    private static double[] ones(int count) {
        double[] ones = new double[count];
        Arrays.fill(ones, 1);
        return ones;
    }
}
