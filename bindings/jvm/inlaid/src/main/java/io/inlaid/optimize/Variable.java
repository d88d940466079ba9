package io.inlaid.optimize;

import java.util.Objects;

import io.inlaid.InvalidDataException;

/** A variable of a {@link LinearProgram}, which {@link LinearProgram#variable(Draft)} gives. */
public final class Variable extends Expression {
    private final int index;
    private final String name;

    Variable(LinearProgram program, int index, String name) {
        super(program, Terms.of(index, 1), Terms.NONE, 0);
        this.index = index;
        this.name = name;
    }

    /**
     * A variable to be added to a program: 0 or more, without upper bound, not necessarily whole.
     *
     * @param name what it is called; empty for x0, x1, ..
     * @return the draft
     */
    public static Draft named(String name) {
        return new Draft(Objects.requireNonNull(name, "name"), 0, Double.POSITIVE_INFINITY, false, false);
    }

    /**
     * The position of its column.
     *
     * @return the position, from 0
     */
    public int index() {
        return index;
    }

    /**
     * What it is called.
     *
     * @return the name
     */
    public String name() {
        return name;
    }

    /**
     * How the objective changes per unit of the variable that is forced away from its bound.
     *
     * @param solution the solution of its program
     * @return its reduced cost
     * @throws InvalidDataException if the solution has no optimal point
     */
    public double reducedCost(LinearSolution solution) {
        return pick(solution, solution.reducedCosts(), index, "prices");
    }

    @Override
    public String toString() {
        return "Variable[" + name + "]";
    }

    /** A variable before it is part of a program; immutable. */
    public static final class Draft {
        final String name;
        final double lower;
        final double upper;
        final boolean isInteger;
        final boolean isSemiContinuous;

        private Draft(String name, double lower, double upper, boolean isInteger, boolean isSemiContinuous) {
            this.name = name;
            this.lower = lower;
            this.upper = upper;
            this.isInteger = isInteger;
            this.isSemiContinuous = isSemiContinuous;
        }

        /**
         * Between two bounds.
         *
         * @param lower its least value; {@link Double#NEGATIVE_INFINITY} for none
         * @param upper its greatest value; {@link Double#POSITIVE_INFINITY} for none
         * @return the same with these bounds
         */
        public Draft between(double lower, double upper) {
            return new Draft(name, lower, upper, isInteger, isSemiContinuous);
        }

        /**
         * Without bounds.
         *
         * @return the same without bounds
         */
        public Draft free() {
            return between(Double.NEGATIVE_INFINITY, Double.POSITIVE_INFINITY);
        }

        /**
         * Only whole values.
         *
         * @return the same with whole values
         */
        public Draft integer() {
            return new Draft(name, lower, upper, true, isSemiContinuous);
        }

        /**
         * 0 or 1.
         *
         * @return the same with whole values between 0 and 1
         */
        public Draft binary() {
            return between(0, 1).integer();
        }

        /**
         * 0, or between the bounds, of which the upper one must be finite.
         *
         * @return the same with 0 allowed
         */
        public Draft semiContinuous() {
            return new Draft(name, lower, upper, isInteger, true);
        }
    }
}
