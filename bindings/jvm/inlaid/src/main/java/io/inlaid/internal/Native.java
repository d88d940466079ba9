package io.inlaid.internal;

/** The native methods; everything else about the engine is Java over these. */
public final class Native {
    static {
        NativeLoader.load();
    }

    private Native() {}

    static native int abi();

    /**
     * Runs an operation.
     *
     * @param operation its name, such as {@code forecast.AutoEts.fit}
     * @param options its options as JSON in UTF-8; null for none
     * @param model the address of the model it belongs to, or 0
     * @param inputs its arrays, then those that marks in the options stand for; null for none
     * @param descriptions three numbers per input, see {@link Border}
     * @param context the address of a context, or 0 for the default
     * @param answer filled with what {@link Border} says
     * @return the address of a model, or 0
     */
    static native long call(
            String operation,
            byte[] options,
            long model,
            Object[] inputs,
            int[] descriptions,
            long context,
            Object[] answer);

    static native void freeModel(long model);

    /**
     * How many models Java holds; for tests of memory.
     *
     * @return their number
     */
    public static native long liveModels();

    static native long newContext(long seed, int threads);

    static native void freeContext(long context);

    /**
     * Asks the calls of a context to stop.
     *
     * @param context its address
     */
    public static native void cancel(long context);

    /**
     * Whether the calls of a context were asked to stop.
     *
     * @param context its address
     * @return true once they were
     */
    public static native boolean isCancelled(long context);

    /**
     * How far the running call of a context is.
     *
     * @param context its address
     * @return a number from 0 to 1
     */
    public static native double progress(long context);
}
