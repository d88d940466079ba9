package io.inlaid;

import io.inlaid.internal.Native;
import io.inlaid.internal.NativeObject;
import io.inlaid.internal.Secrets;

/**
 * What a call may look at while it runs: its seed, its threads, and whether it should stop; and how far it is.
 *
 * <p>A context may serve several calls, one after the other or at once. From any thread, {@link #cancel()} stops the calls
 * that run with it within 100 ms with a {@link CancelledException}, and {@link #progress()} says how far the latest is. Once
 * cancelled it stays so. Its native memory (some 60 bytes) is freed when it is no longer reachable.
 */
public final class Context {
    static {
        Secrets.onContext(context -> context.pointer);
    }

    private final NativeObject pointer;
    private final long seed;
    private final int threads;

    private Context(Builder builder) {
        seed = builder.seed;
        threads = builder.threads;
        pointer = NativeObject.context(this, seed, threads);
    }

    /**
     * A context with seed 0 and one thread per processor.
     *
     * @return the context
     */
    public static Context create() {
        return builder().build();
    }

    /**
     * Starts a context.
     *
     * @return a builder with seed 0 and one thread per processor
     */
    public static Builder builder() {
        return new Builder();
    }

    /**
     * The seed of everything random in the calls.
     *
     * @return the seed, all 64 bits of it
     */
    public long seed() {
        return seed;
    }

    /**
     * How many threads a call may use.
     *
     * @return the number, 0 for one per processor
     */
    public int threads() {
        return threads;
    }

    /** Asks the calls of this context to stop; safe from any thread, and to repeat. */
    public void cancel() {
        pointer.use(address -> {
            Native.cancel(address);
            return null;
        });
    }

    /**
     * Whether {@link #cancel()} was called.
     *
     * @return true once it was
     */
    public boolean isCancelled() {
        return pointer.use(Native::isCancelled);
    }

    /**
     * How much of the running call is done; read it as often as you like.
     *
     * @return a number from 0 to 1
     */
    public double progress() {
        return pointer.use(Native::progress);
    }

    @Override
    public String toString() {
        return "Context[seed=" + Long.toUnsignedString(seed) + ", threads=" + threads + "]";
    }

    /** Collects the settings of a {@link Context}. */
    public static final class Builder {
        private long seed;
        private int threads;

        private Builder() {}

        /**
         * Sets the seed. The same seed gives the same answer on any number of threads.
         *
         * @param seed any 64 bits; default 0
         * @return this
         */
        public Builder seed(long seed) {
            this.seed = seed;
            return this;
        }

        /**
         * Sets how many threads a call may use.
         *
         * @param threads at least 1, or 0 for one per processor, which is the default
         * @return this
         * @throws InvalidConfigException if negative
         */
        public Builder threads(int threads) {
            if (threads < 0) {
                throw new InvalidConfigException(
                        "option `threads`: " + threads + " is not allowed; give at least 1, or 0 for one per processor");
            }
            this.threads = threads;
            return this;
        }

        /**
         * Makes the context.
         *
         * @return the context
         */
        public Context build() {
            return new Context(this);
        }
    }
}
