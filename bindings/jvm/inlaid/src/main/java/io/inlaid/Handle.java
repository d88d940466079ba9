package io.inlaid;

import io.inlaid.internal.NativeObject;
import io.inlaid.internal.Reply;
import io.inlaid.internal.Secrets;

/**
 * A fitted model in native memory.
 *
 * <p>Any number of threads may use a model at once; none waits for another. {@link #close()} refuses further calls at once
 * and frees the memory when the last running call returns; closing twice does nothing. A model that nobody closes is freed
 * some time after it is no longer reachable. Every method of a closed model throws {@link IllegalStateException}: using it
 * is a mistake in the program, not in its data.
 */
public abstract class Handle implements AutoCloseable {
    static {
        Secrets.onHandle(handle -> handle.pointer);
    }

    private final NativeObject pointer;

    /**
     * Owns the model of a reply; only the generated classes can do this.
     *
     * @param reply what a native call gave
     */
    @SuppressWarnings("exports")
    protected Handle(Reply reply) {
        pointer = NativeObject.model(this, reply);
    }

    /** Refuses further calls and frees the model's memory once its running calls have returned. */
    @Override
    public final void close() {
        pointer.close();
    }

    /**
     * Whether {@link #close()} was called.
     *
     * @return true once it was
     */
    public final boolean isClosed() {
        return pointer.isClosed();
    }

    @Override
    public String toString() {
        return getClass().getSimpleName() + (isClosed() ? "[closed]" : "[open]");
    }
}
