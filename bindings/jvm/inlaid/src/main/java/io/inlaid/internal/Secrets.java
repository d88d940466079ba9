package io.inlaid.internal;

import java.util.function.Function;

import io.inlaid.Context;
import io.inlaid.Handle;

/** Lets this package see what public classes keep to themselves; each class hands over its key when it is initialised. */
public final class Secrets {
    private static volatile Function<Context, NativeObject> contexts;
    private static volatile Function<Handle, NativeObject> handles;

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

    static NativeObject of(Context context) {
        return contexts.apply(context);
    }

    static NativeObject of(Handle handle) {
        return handles.apply(handle);
    }
}
