package io.inlaid.optimize;

import java.util.Arrays;
import java.util.function.DoubleUnaryOperator;

/**
 * Numbers by key, in ascending order of the keys: what an expression is made of.
 *
 * @param keys the keys, each once: columns, or pairs of columns as {@link #pair} has them
 * @param values one number per key
 */
record Terms(long[] keys, double[] values) {
    static final Terms NONE = new Terms(new long[0], new double[0]);

    static Terms of(long key, double value) {
        return new Terms(new long[] {key}, new double[] {value});
    }

    /** Two columns as one key, whatever their order. */
    static long pair(long first, long second) {
        return Math.min(first, second) << 32 | Math.max(first, second);
    }

    /** The first column of a pair. */
    static int first(long pair) {
        return (int) (pair >>> 32);
    }

    /** The second column of a pair. */
    static int second(long pair) {
        return (int) pair;
    }

    int size() {
        return keys.length;
    }

    Terms map(DoubleUnaryOperator change) {
        return new Terms(keys, Arrays.stream(values).map(change).toArray());
    }

    /** The sum of both; numbers of the same key are added up. */
    Terms plus(Terms other) {
        if (size() == 0) {
            return other;
        }
        if (other.size() == 0) {
            return this;
        }
        long[] sumKeys = new long[size() + other.size()];
        double[] sumValues = new double[sumKeys.length];
        int count = 0;
        int here = 0;
        int there = 0;
        while (here < size() || there < other.size()) {
            boolean mine = there == other.size() || here < size() && keys[here] <= other.keys[there];
            boolean theirs = here == size() || there < other.size() && other.keys[there] <= keys[here];
            sumKeys[count] = mine ? keys[here] : other.keys[there];
            sumValues[count++] = (mine ? values[here++] : 0) + (theirs ? other.values[there++] : 0);
        }
        return new Terms(Arrays.copyOf(sumKeys, count), Arrays.copyOf(sumValues, count));
    }

    /** The sum of all, of which the shorter are added first. */
    static Terms sum(Terms[] parts) {
        int count = parts.length;
        while (count > 1) {
            int half = (count + 1) / 2;
            for (int i = 0; i < half; i++) {
                parts[i] = 2 * i + 1 < count ? parts[2 * i].plus(parts[2 * i + 1]) : parts[2 * i];
            }
            count = half;
        }
        return count == 0 ? NONE : parts[0];
    }

    /** Columns times columns. */
    Terms times(Terms other) {
        Terms[] rows = new Terms[size()];
        for (int i = 0; i < rows.length; i++) {
            Terms[] cells = new Terms[other.size()];
            for (int j = 0; j < cells.length; j++) {
                cells[j] = of(pair(keys[i], other.keys[j]), values[i] * other.values[j]);
            }
            rows[i] = sum(cells);
        }
        return sum(rows);
    }
}
