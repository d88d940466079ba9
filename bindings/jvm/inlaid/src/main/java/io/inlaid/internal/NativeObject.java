package io.inlaid.internal;

import java.lang.ref.Cleaner;
import java.lang.ref.Reference;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongConsumer;
import java.util.function.LongFunction;

import io.inlaid.Context;
import io.inlaid.Handle;

/**
 * An address in native memory that counts its users, so that they run side by side, and is freed exactly once: when it was
 * closed, or its owner became unreachable, and nobody uses it any more.
 */
public final class NativeObject {
    private static final Cleaner CLEANER = Cleaner.create();

    private final State state;
    private final Cleaner.Cleanable cleanable;

    private NativeObject(Object owner, String name, long address, LongConsumer free) {
        state = new State(name, address, free);
        cleanable = CLEANER.register(owner, state);
    }

    /**
     * The native side of a new context.
     *
     * @param owner the Java side
     * @param seed its seed
     * @param threads its threads
     * @return the native side
     */
    public static NativeObject context(Context owner, long seed, int threads) {
        return new NativeObject(owner, "context", Native.newContext(seed, threads), Native::freeContext);
    }

    /**
     * The native side of a new model.
     *
     * @param owner the Java side
     * @param reply holds the model, and hands it over
     * @return the native side
     */
    public static NativeObject model(Handle owner, Reply reply) {
        return new NativeObject(owner, owner.getClass().getSimpleName(), reply.takeModel(), Native::freeModel);
    }

    /**
     * Uses the address; it is not freed meanwhile.
     *
     * @param <T> what the use gives
     * @param body uses it
     * @return what {@code body} gives
     */
    public <T> T use(LongFunction<T> body) {
        long address = acquire();
        try {
            return body.apply(address);
        } finally {
            release();
        }
    }

    /**
     * Becomes a user.
     *
     * @return the address, valid until {@link #release()}
     */
    long acquire() {
        return state.acquire();
    }

    /** Is no user any more. */
    void release() {
        state.release();
        Reference.reachabilityFence(this);
    }

    /** Refuses new users and frees once there is none. */
    public void close() {
        cleanable.clean();
    }

    /**
     * Whether new users are refused.
     *
     * @return true once closed
     */
    public boolean isClosed() {
        return state.isClosed();
    }

    /** What the cleaner holds; it must not know the owner. */
    private static final class State implements Runnable {
        private static final int CLOSED = Integer.MIN_VALUE;

        private final String name;
        private final long address;
        private final LongConsumer free;
        /** The number of users, with the sign bit set once closed. */
        private final AtomicInteger users = new AtomicInteger();

        State(String name, long address, LongConsumer free) {
            this.name = name;
            this.address = address;
            this.free = free;
        }

        long acquire() {
            int before = users.getAndUpdate(count -> count < 0 ? count : count + 1);
            if (before < 0) {
                throw new IllegalStateException("this " + name + " is closed");
            }
            return address;
        }

        void release() {
            if (users.decrementAndGet() == CLOSED) {
                free.accept(address);
            }
        }

        boolean isClosed() {
            return users.get() < 0;
        }

        @Override
        public void run() {
            if (users.getAndUpdate(count -> count | CLOSED) == 0) {
                free.accept(address);
            }
        }
    }
}
