package io.inlaid.internal;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;

import io.inlaid.CancelledException;
import io.inlaid.Context;
import io.inlaid.Handle;
import io.inlaid.InvalidConfigException;
import io.inlaid.InvalidDataException;
import io.inlaid.Matrix;
import io.inlaid.Table;
import io.inlaid.TooLargeException;

/** A call in the making: an operation with its arrays, then its options, and the model it belongs to. */
public final class Request {
    private final String operation;
    private final List<Object> inputs = new ArrayList<>(2);
    private final List<int[]> descriptions = new ArrayList<>(2);
    /** The positions of the inputs that the caller could still change. */
    private final List<Integer> lent = new ArrayList<>(2);
    private Writer options;
    private NativeObject model;
    /** Answers what the operation asks, if it asks anything. */
    private BiConsumer<Value, Request> answer;
    /** The address of the model while this call keeps it, else 0. */
    private long leased;
    /** The address of the context whose cancellation ends the gathering of answers, or 0. */
    private long during;

    /**
     * Starts a call.
     *
     * @param operation its name
     */
    public Request(String operation) {
        this.operation = operation;
    }

    /**
     * The model that the call belongs to.
     *
     * @param handle the model
     * @return this
     */
    public Request on(Handle handle) {
        model = Secrets.of(handle);
        return this;
    }

    /**
     * An array of the operation.
     *
     * @param name its name
     * @param value the array
     * @return this
     */
    public Request matrix(String name, Matrix value) {
        lent.add(inputs.size());
        return input(given(name, value).data(), Border.MATRIX, value.rows(), value.columns());
    }

    /**
     * An array of the operation, copied.
     *
     * @param name its name
     * @param rows the array
     * @return this
     */
    public Request matrix(String name, double[][] rows) {
        Matrix value = Matrix.of(given(name, rows));
        return input(value.data(), Border.MATRIX, value.rows(), value.columns());
    }

    /**
     * An array of the operation that has one row.
     *
     * @param name its name
     * @param row the row
     * @return this
     */
    public Request matrix(String name, double[] row) {
        lent.add(inputs.size());
        return input(given(name, row), Border.MATRIX, 1, row.length);
    }

    /**
     * An array of the operation.
     *
     * @param name its name
     * @param value the array
     * @return this
     */
    public Request vector(String name, double[] value) {
        lent.add(inputs.size());
        return input(given(name, value), Border.VECTOR, value.length, 1);
    }

    /**
     * Whole numbers of the operation.
     *
     * @param name their name
     * @param value the numbers
     * @return this
     */
    public Request ints(String name, int[] value) {
        lent.add(inputs.size());
        return input(given(name, value), Border.INTS, value.length, 1);
    }

    /**
     * Whole numbers of the operation.
     *
     * @param name their name
     * @param value the numbers
     * @return this
     */
    public Request ints(String name, long[] value) {
        lent.add(inputs.size());
        return input(given(name, value), Border.LONGS, value.length, 1);
    }

    /**
     * Texts of the operation, copied.
     *
     * @param name their name
     * @param value the texts; none may be null
     * @return this
     */
    public Request texts(String name, String[] value) {
        String[] texts = given(name, value);
        return input(Texts.encode("`" + name + "`", texts, false), Border.TEXTS, texts.length, 1);
    }

    /**
     * Texts of the operation, copied.
     *
     * @param name their name
     * @param value the texts; none may be null
     * @return this
     */
    public Request texts(String name, List<String> value) {
        return texts(name, given(name, value).toArray(new String[0]));
    }

    /**
     * Rows of whole numbers of the operation, copied; they may differ in length.
     *
     * @param name their name
     * @param rows the rows; none may be null
     * @return this
     */
    public Request lists(String name, int[][] rows) {
        int[] ends = new int[given(name, rows).length];
        long end = 0;
        for (int row = 0; row < rows.length; row++) {
            end += given(name + "[" + row + "]", rows[row]).length;
            if (end > Integer.MAX_VALUE - 8) {
                throw new TooLargeException("`" + name + "` holds more than 2^31 - 1 numbers");
            }
            ends[row] = (int) end;
        }
        int[] values = new int[(int) end];
        for (int row = 0; row < rows.length; row++) {
            System.arraycopy(rows[row], 0, values, ends[row] - rows[row].length, rows[row].length);
        }
        return input(new Object[] {values, ends}, Border.LISTS, rows.length, 1);
    }

    /**
     * An array of the operation.
     *
     * @param name its name
     * @param value the array
     * @return this
     */
    public Request bytes(String name, byte[] value) {
        lent.add(inputs.size());
        return input(given(name, value), Border.BYTES, value.length, 1);
    }

    /**
     * An array of the operation.
     *
     * @param name its name
     * @param value the table
     * @return this
     */
    public Request table(String name, Table value) {
        Columns columns = Secrets.of(given(name, value));
        return input(columns.encode(), Border.TABLE, columns.rows(), columns.columns().size());
    }

    /**
     * What the operation asks while it runs is answered by a callback.
     *
     * @param name the callback's name
     * @param callback the callback
     * @param answer takes the list of what the callback is given, calls it, and puts what it gives into the request
     * @return this
     */
    public Request asking(String name, Object callback, BiConsumer<Value, Request> answer) {
        if (callback == null) {
            throw new InvalidConfigException("`" + name + "` is null");
        }
        this.answer = answer;
        return this;
    }

    /**
     * The answers of a callback that gives a number for each row of a question.
     *
     * @param name how messages call the callback
     * @param rows the question
     * @param callback is given one row after the other, each in an array of its own
     * @return this
     */
    public Request numbers(String name, Matrix rows, ToDoubleFunction<double[]> callback) {
        double[] answers = new double[rows.rows()];
        for (int row = 0; row < answers.length; row++) {
            checkCancelled();
            answers[row] = callback.applyAsDouble(rows.row(row));
        }
        return vector(name, answers);
    }

    /**
     * The answers of a callback that gives a row of numbers for each row of a question.
     *
     * @param name how messages call the callback
     * @param rows the question
     * @param callback is given one row after the other, each in an array of its own
     * @return this
     */
    public Request rows(String name, Matrix rows, Function<double[], double[]> callback) {
        double[] answers = new double[0];
        int width = 0;
        for (int row = 0; row < rows.rows(); row++) {
            checkCancelled();
            double[] answer = given(name + "[" + row + "]", callback.apply(rows.row(row)));
            if (row == 0) {
                width = answer.length;
                answers = new double[Math.multiplyExact(rows.rows(), width)];
            } else if (answer.length != width) {
                throw new InvalidDataException("`" + name + "[" + row + "]` has " + answer.length + " numbers, `" + name
                        + "[0]` has " + width + "; every call must give as many");
            }
            System.arraycopy(answer, 0, answers, row * width, width);
        }
        return input(answers, Border.MATRIX, rows.rows(), width);
    }

    /** The context of the call, looked at between the rows of a question. */
    Request during(long context) {
        during = context;
        return this;
    }

    private void checkCancelled() {
        if (during != 0 && Native.isCancelled(during)) {
            throw new CancelledException("cancelled by the caller");
        }
    }

    /**
     * An option; all arrays of the operation come first.
     *
     * @param <T> its type
     * @param name its name on the wire
     * @param value its value
     * @param write writes it
     * @return this
     */
    public <T> Request option(String name, T value, BiConsumer<Writer, T> write) {
        options().field(name, value, write);
        return this;
    }

    /**
     * Options that are the fields of a class.
     *
     * @param <T> the class
     * @param value the options
     * @param write writes the fields
     * @return this
     */
    public <T> Request options(T value, BiConsumer<T, Writer> write) {
        if (value == null) {
            throw new InvalidConfigException("the options are null; leave them out for the defaults");
        }
        write.accept(value, options());
        return this;
    }

    /**
     * Runs the call with seed 0 on all processors.
     *
     * @return what it gives
     */
    public Reply run() {
        return run(0);
    }

    /**
     * Runs the call.
     *
     * @param context its seed, threads and cancellation
     * @return what it gives
     */
    public Reply run(Context context) {
        Objects.requireNonNull(context, "context");
        return Secrets.of(context).use(this::run);
    }

    /** Copies what the caller could still change. */
    void detach() {
        for (int position : lent) {
            inputs.set(position, Equality.copy(inputs.get(position)));
        }
        lent.clear();
    }

    /** Keeps the model from being freed until {@link #release()}, even if it is closed meanwhile. */
    void acquire() {
        if (model != null) {
            leased = model.acquire();
        }
    }

    /** Lets the model be freed. */
    void release() {
        if (leased != 0) {
            leased = 0;
            model.release();
        }
    }

    private Reply run(long context) {
        Reply reply = model == null || leased != 0
                ? run(leased, context)
                : model.use(address -> run(address, context));
        return answer == null ? reply : Session.drive(reply, answer, context);
    }

    /** Runs a step of a session. */
    Reply step(long session, long context) {
        return run(session, context);
    }

    private Reply run(long address, long context) {
        int[] flat = new int[descriptions.size() * Border.DESCRIPTION];
        for (int i = 0; i < descriptions.size(); i++) {
            System.arraycopy(descriptions.get(i), 0, flat, i * Border.DESCRIPTION, Border.DESCRIPTION);
        }
        Object[] answer = new Object[Border.PLACES];
        Object[] all = inputs.isEmpty() ? null : inputs.toArray();
        byte[] json = options == null ? null : options.finish();
        return new Reply(answer, Native.call(operation, json, address, all, flat, context, answer));
    }

    private Writer options() {
        if (options == null) {
            options = new Writer(inputs, descriptions);
        }
        return options;
    }

    private Request input(Object array, int kind, int rows, int columns) {
        inputs.add(array);
        descriptions.add(new int[] {kind, rows, columns});
        return this;
    }

    private static <T> T given(String name, T value) {
        if (value == null) {
            throw new InvalidDataException("`" + name + "` is null");
        }
        return value;
    }
}
