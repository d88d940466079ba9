package io.inlaid.optimize;

import java.util.function.DoubleUnaryOperator;

import io.inlaid.InvalidConfigException;
import io.inlaid.InvalidDataException;
import io.inlaid.UnsupportedException;

/**
 * A sum of variables with factors, products of two variables, and a constant; part of a {@link LinearProgram}.
 *
 * <p>Nothing changes an expression: what is computed from it is another one. Variables of two programs do not go
 * together: {@code plus}, {@code minus}, {@code times} and the constraints refuse them with {@code invalid_config}.
 */
public sealed class Expression permits Variable {
    final LinearProgram program;
    final Terms factors;
    final Terms products;
    final double constant;

    Expression(LinearProgram program, Terms factors, Terms products, double constant) {
        this.program = program;
        this.factors = factors;
        this.products = products;
        this.constant = constant;
    }

    static Expression of(LinearProgram program, double constant) {
        return new Expression(program, Terms.NONE, Terms.NONE, constant);
    }

    /**
     * The sum of both.
     *
     * @param other what is added
     * @return the sum
     * @throws InvalidConfigException for variables of another program
     */
    public Expression plus(Expression other) {
        return new Expression(
                common(other), factors.plus(other.factors), products.plus(other.products), constant + other.constant);
    }

    /**
     * The sum of both.
     *
     * @param other what is added
     * @return the sum
     */
    public Expression plus(double other) {
        return new Expression(program, factors, products, constant + other);
    }

    /**
     * The difference of both.
     *
     * @param other what is taken away
     * @return the difference
     * @throws InvalidConfigException for variables of another program
     */
    public Expression minus(Expression other) {
        return plus(other.negated());
    }

    /**
     * The difference of both.
     *
     * @param other what is taken away
     * @return the difference
     */
    public Expression minus(double other) {
        return plus(-other);
    }

    /**
     * Minus the expression.
     *
     * @return the negative
     */
    public Expression negated() {
        return times(-1);
    }

    /**
     * A multiple.
     *
     * @param factor what every part is multiplied by
     * @return the multiple
     */
    public Expression times(double factor) {
        return map(value -> value * factor);
    }

    /**
     * The product of both, of which objectives may hold some.
     *
     * @param other the other factor
     * @return the product
     * @throws UnsupportedException for a product of more than two variables
     * @throws InvalidConfigException for variables of another program
     */
    public Expression times(Expression other) {
        LinearProgram both = common(other);
        if (isNumber() || other.isNumber()) {
            Expression product = isNumber() ? other.times(constant) : times(other.constant);
            return new Expression(both, product.factors, product.products, product.constant);
        }
        if (products.size() > 0 || other.products.size() > 0) {
            throw new UnsupportedException("an objective may have products of two variables, not of more");
        }
        Terms linear = times(other.constant).factors.plus(other.times(constant).factors);
        return new Expression(both, linear, factors.times(other.factors), constant * other.constant);
    }

    /**
     * The expression divided by a number.
     *
     * @param divisor what every part is divided by
     * @return the quotient
     */
    public Expression dividedBy(double divisor) {
        return map(value -> value / divisor);
    }

    /**
     * The expression times itself.
     *
     * @return the square
     * @throws UnsupportedException if it has products already
     */
    public Expression squared() {
        return times(this);
    }

    /**
     * That it is at most what stands on the right.
     *
     * @param right what stands on the right
     * @return the constraint
     * @throws InvalidConfigException for variables of another program
     */
    public Constraint atMost(Expression right) {
        return new Constraint(minus(right), Double.NEGATIVE_INFINITY, 0);
    }

    /**
     * That it is at most a number.
     *
     * @param right the number
     * @return the constraint
     */
    public Constraint atMost(double right) {
        return new Constraint(minus(right), Double.NEGATIVE_INFINITY, 0);
    }

    /**
     * That it is at least what stands on the right.
     *
     * @param right what stands on the right
     * @return the constraint
     * @throws InvalidConfigException for variables of another program
     */
    public Constraint atLeast(Expression right) {
        return new Constraint(minus(right), 0, Double.POSITIVE_INFINITY);
    }

    /**
     * That it is at least a number.
     *
     * @param right the number
     * @return the constraint
     */
    public Constraint atLeast(double right) {
        return new Constraint(minus(right), 0, Double.POSITIVE_INFINITY);
    }

    /**
     * That it is what stands on the right.
     *
     * @param right what stands on the right
     * @return the constraint
     * @throws InvalidConfigException for variables of another program
     */
    public Constraint equalTo(Expression right) {
        return new Constraint(minus(right), 0, 0);
    }

    /**
     * That it is a number.
     *
     * @param right the number
     * @return the constraint
     */
    public Constraint equalTo(double right) {
        return new Constraint(minus(right), 0, 0);
    }

    /**
     * That it is between two numbers.
     *
     * @param lower its least value; {@link Double#NEGATIVE_INFINITY} for none
     * @param upper its greatest value; {@link Double#POSITIVE_INFINITY} for none
     * @return the constraint
     */
    public Constraint between(double lower, double upper) {
        return new Constraint(this, lower, upper);
    }

    /**
     * What it is worth at a solution.
     *
     * @param solution the solution of its program
     * @return its value there
     * @throws InvalidDataException if the solution has no point, or one of fewer variables
     */
    public double value(LinearSolution solution) {
        double total = constant;
        for (int i = 0; i < factors.size(); i++) {
            total += factors.values()[i] * at(solution, (int) factors.keys()[i]);
        }
        for (int i = 0; i < products.size(); i++) {
            long pair = products.keys()[i];
            total += products.values()[i] * at(solution, Terms.first(pair)) * at(solution, Terms.second(pair));
        }
        return total;
    }

    private static double at(LinearSolution solution, int column) {
        return pick(solution, solution.values(), column, "point");
    }

    /** A number of a solution. */
    static double pick(LinearSolution solution, double[] values, int index, String what) {
        if (index < values.length) {
            return values[index];
        }
        throw new InvalidDataException("the solution has no " + what + " for this; "
                + (values.length == 0
                        ? "its status is " + solution.status()
                        : "it is of a program with " + values.length + " only"));
    }

    private Expression map(DoubleUnaryOperator change) {
        return new Expression(program, factors.map(change), products.map(change), change.applyAsDouble(constant));
    }

    private boolean isNumber() {
        return factors.size() == 0 && products.size() == 0;
    }

    /** The program of both. */
    private LinearProgram common(Expression other) {
        if (program != other.program) {
            throw new InvalidConfigException("the variables of an expression must be of one program");
        }
        return program;
    }
}
