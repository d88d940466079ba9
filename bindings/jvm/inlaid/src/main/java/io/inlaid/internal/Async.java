package io.inlaid.internal;

import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import java.util.function.Supplier;

import io.inlaid.Context;
import io.inlaid.Handle;
import io.inlaid.InlaidException;

/** Runs calls on the caller's executor as futures whose cancellation reaches the engine. */
public final class Async {
    private Async() {}

    /**
     * Starts a call with seed 0 on all processors.
     *
     * @param <T> what it gives
     * @param prepare takes the arguments up; runs here and now
     * @param read reads the reply
     * @param executor runs the call
     * @return the future
     */
    public static <T> CompletableFuture<T> start(
            Supplier<Request> prepare, Function<Reply, T> read, Executor executor) {
        return start(prepare, read, Context.create(), executor);
    }

    /**
     * Starts a call.
     *
     * @param <T> what it gives
     * @param prepare takes the arguments up; runs here and now
     * @param read reads the reply
     * @param context its seed and threads; is cancelled when the future is
     * @param executor runs the call
     * @return the future; refused arguments make it fail
     */
    public static <T> CompletableFuture<T> start(
            Supplier<Request> prepare, Function<Reply, T> read, Context context, Executor executor) {
        Objects.requireNonNull(context, "context");
        Objects.requireNonNull(executor, "executor");
        Request request;
        try {
            request = prepare.get();
            request.detach();
            request.acquire();
        } catch (InlaidException | IllegalStateException refused) {
            return CompletableFuture.failedFuture(refused);
        }
        CompletableFuture<T> future = new CompletableFuture<>();
        AtomicBoolean returned = new AtomicBoolean();
        future.whenComplete((value, failure) -> {
            if (!returned.get()) {
                context.cancel(); // somebody else completed the future: a cancel, a timeout
            }
        });
        try {
            executor.execute(() -> run(request, read, context, future, returned));
        } catch (RuntimeException rejected) {
            request.release();
            throw rejected;
        }
        return future;
    }

    private static <T> void run(
            Request request,
            Function<Reply, T> read,
            Context context,
            CompletableFuture<T> future,
            AtomicBoolean returned) {
        try {
            if (future.isDone()) {
                return;
            }
            T value = read.apply(request.run(context));
            returned.set(true);
            if (!future.complete(value) && value instanceof Handle unwanted) {
                unwanted.close();
            }
        } catch (Throwable failure) { // an Error, too, must reach whoever waits
            returned.set(true);
            future.completeExceptionally(failure);
        } finally {
            request.release();
        }
    }
}
