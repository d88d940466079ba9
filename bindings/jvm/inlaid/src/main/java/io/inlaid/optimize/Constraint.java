package io.inlaid.optimize;

import java.util.OptionalInt;

import io.inlaid.InvalidConfigException;
import io.inlaid.InvalidDataException;

/**
 * An {@link Expression} between two bounds; a row once {@link LinearProgram#subjectTo(Constraint)} made it part of a
 * program.
 */
public final class Constraint {
    final Expression expression;
    private final double lower;
    private final double upper;
    private int index = -1;
    private String name = "";

    Constraint(Expression expression, double lower, double upper) {
        this.expression = expression;
        this.lower = lower;
        this.upper = upper;
    }

    /** Says which row it is. */
    void become(int index, String name) {
        this.index = index;
        this.name = name;
    }

    /** The least value without the constant of the expression; no bound stays none. */
    double rowLower() {
        return Double.isInfinite(lower) ? lower : lower - expression.constant;
    }

    /** The greatest value without the constant of the expression; no bound stays none. */
    double rowUpper() {
        return Double.isInfinite(upper) ? upper : upper - expression.constant;
    }

    /**
     * The position of its row.
     *
     * @return the position, from 0; empty until it is part of a program
     */
    public OptionalInt index() {
        return index < 0 ? OptionalInt.empty() : OptionalInt.of(index);
    }

    /**
     * What it is called.
     *
     * @return the name; empty until it is part of a program
     */
    public String name() {
        return name;
    }

    /**
     * The price of the row: how the objective changes per unit of its right side.
     *
     * @param solution the solution of its program
     * @return the price
     * @throws InvalidConfigException if the constraint is part of no program
     * @throws InvalidDataException if the solution has no optimal point
     */
    public double dual(LinearSolution solution) {
        if (index < 0) {
            throw new InvalidConfigException("the constraint is part of no program; give it to subjectTo");
        }
        return Expression.pick(solution, solution.rowDuals(), index, "prices");
    }

    @Override
    public String toString() {
        return "Constraint[" + name + "]";
    }
}
