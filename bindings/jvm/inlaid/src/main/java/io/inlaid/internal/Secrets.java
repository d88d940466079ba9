package io.inlaid.internal;

import java.util.function.Function;

import io.inlaid.Context;
import io.inlaid.Handle;
import io.inlaid.Table;

/** Lets this package see what public classes keep to themselves; each class hands over its key when it is initialised. */
public final class Secrets {
    private static volatile Function<Context, NativeObject> contexts;
    private static volatile Function<Handle, NativeObject> handles;

    private static volatile Function<Table, Columns> columns;
    private static volatile Function<Columns, Table> tables;

    private Secrets() {}

    /**
     * Takes the key to contexts.
     *
     * @param key gives the native side of a context
     */
    public static void onContext(Function<Context, NativeObject> key) {
        contexts = key;
    }

    /**
     * Takes the key to models.
     *
     * @param key gives the native side of a model
     */
    public static void onHandle(Function<Handle, NativeObject> key) {
        handles = key;
    }

    /**
     * Takes the keys to tables.
     *
     * @param open gives the columns of a table
     * @param make makes a table of columns
     */
    public static void onTable(Function<Table, Columns> open, Function<Columns, Table> make) {
        columns = open;
        tables = make;
    }

    static Columns of(Table table) {
        return columns.apply(table);
    }

    static Table table(Columns content) {
        if (tables == null) {
            Table.builder(); // initialises the class, which then hands over its keys
        }
        return tables.apply(content);
    }

    static NativeObject of(Context context) {
        return contexts.apply(context);
    }

    static NativeObject of(Handle handle) {
        return handles.apply(handle);
    }
}
