package io.inlaid;

import java.util.Arrays;
import java.util.Objects;

/**
 * Numbers with two axes in row-major order, such as {@code [series, time]}.
 *
 * <p>The array is neither copied on the way in nor on the way out, so that large matrices cost nothing twice: do not change
 * it while a call reads it. Missing values are NaN; two matrices are equal if their shapes and all numbers are, NaN
 * included.
 *
 * @param data the numbers, row after row; {@code rows * columns} of them
 * @param rows the length of the first axis, 0 or more
 * @param columns the length of the second axis, 0 or more
 */
public record Matrix(double[] data, int rows, int columns) {
    private static final int SHOWN = 6;

    /**
     * Wraps an array.
     *
     * @param data as the record says
     * @param rows as the record says
     * @param columns as the record says
     * @throws InvalidDataException if the array is null, an axis is negative, or the length is not
     *     {@code rows * columns}
     */
    public Matrix {
        if (data == null) {
            throw new InvalidDataException("a matrix needs numbers, got null");
        }
        if (rows < 0 || columns < 0 || (long) rows * columns != data.length) {
            throw new InvalidDataException(
                    data.length + " numbers are not a matrix of " + rows + " x " + columns);
        }
    }

    /**
     * Copies rows of equal length.
     *
     * @param rows the rows; no row at all gives a matrix of 0 x 0
     * @return the matrix
     * @throws InvalidDataException if {@code rows} or one of them is null, or their lengths differ
     * @throws TooLargeException above 2^31 - 1 numbers
     */
    public static Matrix of(double[][] rows) {
        if (rows == null) {
            throw new InvalidDataException("a matrix needs rows, got null");
        }
        int columns = rows.length == 0 || rows[0] == null ? 0 : rows[0].length;
        for (int row = 0; row < rows.length; row++) {
            if (rows[row] == null) {
                throw new InvalidDataException("row " + row + " (0-based) of the matrix is null");
            }
            if (rows[row].length != columns) {
                throw new InvalidDataException("row " + row + " (0-based) of the matrix has " + rows[row].length
                        + " values, row 0 has " + columns + "; all rows must be equally long");
            }
        }
        double[] data = new double[size(rows.length, columns)];
        for (int row = 0; row < rows.length; row++) {
            System.arraycopy(rows[row], 0, data, row * columns, columns);
        }
        return new Matrix(data, rows.length, columns);
    }

    /**
     * Converts rows of equal length from single precision.
     *
     * @param rows the rows; no row at all gives a matrix of 0 x 0
     * @return the matrix
     * @throws InvalidDataException if {@code rows} or one of them is null, or their lengths differ
     * @throws TooLargeException above 2^31 - 1 numbers
     */
    public static Matrix of(float[][] rows) {
        if (rows == null) {
            throw new InvalidDataException("a matrix needs rows, got null");
        }
        double[][] wide = new double[rows.length][];
        for (int row = 0; row < rows.length; row++) {
            wide[row] = rows[row] == null ? null : widened(rows[row]);
        }
        return of(wide);
    }

    /**
     * Converts one row from single precision.
     *
     * @param values the numbers of the row
     * @return a matrix of 1 x {@code values.length}
     * @throws InvalidDataException if {@code values} is null
     */
    public static Matrix ofRow(float[] values) {
        if (values == null) {
            throw new InvalidDataException("a row needs numbers, got null");
        }
        return ofRow(widened(values));
    }

    /**
     * Wraps one row, such as one series.
     *
     * @param values the numbers of the row; not copied
     * @return a matrix of 1 x {@code values.length}
     * @throws InvalidDataException if {@code values} is null
     */
    public static Matrix ofRow(double... values) {
        if (values == null) {
            throw new InvalidDataException("a row needs numbers, got null");
        }
        return new Matrix(values, 1, values.length);
    }

    /**
     * One number.
     *
     * @param row the position on the first axis, from 0
     * @param column the position on the second axis, from 0
     * @return the number
     * @throws IndexOutOfBoundsException outside the matrix
     */
    public double get(int row, int column) {
        return data[Objects.checkIndex(row, rows) * columns + Objects.checkIndex(column, columns)];
    }

    /**
     * A copy of one row.
     *
     * @param row the position on the first axis, from 0
     * @return its numbers
     * @throws IndexOutOfBoundsException outside the matrix
     */
    public double[] row(int row) {
        int start = Objects.checkIndex(row, rows) * columns;
        return Arrays.copyOfRange(data, start, start + columns);
    }

    /**
     * A copy of one column.
     *
     * @param column the position on the second axis, from 0
     * @return its numbers
     * @throws IndexOutOfBoundsException outside the matrix
     */
    public double[] column(int column) {
        Objects.checkIndex(column, columns);
        double[] values = new double[rows];
        for (int row = 0; row < rows; row++) {
            values[row] = data[row * columns + column];
        }
        return values;
    }

    /**
     * A copy as rows.
     *
     * @return one array per row
     */
    public double[][] toArray() {
        double[][] copy = new double[rows][];
        for (int row = 0; row < rows; row++) {
            copy[row] = row(row);
        }
        return copy;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Matrix matrix && rows == matrix.rows && columns == matrix.columns
                && Arrays.equals(data, matrix.data);
    }

    @Override
    public int hashCode() {
        return 31 * (31 * rows + columns) + Arrays.hashCode(data);
    }

    /** The shape and the first numbers. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder("Matrix[" + rows + " x " + columns + "]");
        for (int row = 0; row < Math.min(rows, SHOWN); row++) {
            text.append(row == 0 ? " [" : ", [");
            for (int column = 0; column < Math.min(columns, SHOWN); column++) {
                text.append(column == 0 ? "" : ", ").append(get(row, column));
            }
            text.append(columns > SHOWN ? ", ...]" : "]");
        }
        return text.append(rows > SHOWN ? ", ..." : "").toString();
    }

    private static double[] widened(float[] values) {
        double[] wide = new double[values.length];
        for (int i = 0; i < wide.length; i++) {
            wide[i] = values[i];
        }
        return wide;
    }

    private static int size(int rows, int columns) {
        long size = (long) rows * columns;
        if (size > Integer.MAX_VALUE - 8) {
            throw new TooLargeException(
                    rows + " x " + columns + " numbers do not fit into one Java array of at most 2^31 - 1");
        }
        return (int) size;
    }
}
