package io.inlaid;

import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;

import io.inlaid.internal.Loaders;

/**
 * What an application sets up once: how many threads a call may use, and saved models by name.
 *
 * <pre>{@code
 * try (var inlaid = Inlaid.builder().threads(2).model("sales", Path.of("sales.inlaid")).build()) {
 *     Forecast forecast = inlaid.model("sales", FittedAutoEts.class).predict(12, inlaid.context());
 * }
 * }</pre>
 *
 * <p>Safe for any number of threads. Nothing in the library needs it: it is a convenience for applications that wire their
 * parts together, such as Spring's.
 */
public final class Inlaid implements AutoCloseable {
    private final int threads;
    private final long seed;
    private final Map<String, Handle> models;

    private Inlaid(Builder builder) {
        threads = builder.threads;
        seed = builder.seed;
        Map<String, Handle> loaded = new LinkedHashMap<>();
        try {
            builder.models.forEach((name, path) -> loaded.put(name, load(name, path)));
        } catch (RuntimeException failure) {
            loaded.values().forEach(Handle::close);
            throw failure;
        }
        models = Collections.unmodifiableMap(loaded);
    }

    /**
     * Starts a set-up.
     *
     * @return a builder with one thread per processor, seed 0 and no models
     */
    public static Builder builder() {
        return new Builder();
    }

    /**
     * A new context with this set-up's threads and seed, for one call or several that are cancelled together.
     *
     * @return the context
     */
    public Context context() {
        return Context.builder().threads(threads).seed(seed).build();
    }

    /**
     * How many threads a call may use.
     *
     * @return the number, 0 for one per processor
     */
    public int threads() {
        return threads;
    }

    /**
     * The names of the models.
     *
     * @return the names, in the order in which they were given
     */
    public Set<String> modelNames() {
        return models.keySet();
    }

    /**
     * A model that was loaded; it belongs to this set-up, so do not close it.
     *
     * @param <T> its class
     * @param name its name
     * @param type its class, such as {@code FittedAutoEts.class}
     * @return the model
     * @throws ModelNotFoundException if no model has the name
     * @throws InvalidConfigException if the model is of another class
     */
    public <T extends Handle> T model(String name, Class<T> type) {
        Handle model = models.get(name);
        if (model == null) {
            throw new ModelNotFoundException("there is no model named \"" + name + "\", only " + models.keySet());
        }
        if (!type.isInstance(model)) {
            throw new InvalidConfigException("the model \"" + name + "\" is a " + model.getClass().getSimpleName()
                    + ", not a " + type.getSimpleName());
        }
        return type.cast(model);
    }

    /** Closes every model. */
    @Override
    public void close() {
        models.values().forEach(Handle::close);
    }

    /** The class of a saved model stands in it; the first loader that takes it is the right one. */
    private static Handle load(String name, Path path) {
        IncompatibleException first = null;
        for (Function<Path, Handle> loader : Loaders.ALL) {
            try {
                return loader.apply(path);
            } catch (IncompatibleException other) {
                first = first == null ? other : first;
            } catch (InlaidException failure) {
                throw named(name, failure);
            }
        }
        throw named(name, first == null ? new IncompatibleException(path + ": no class can be loaded") : first);
    }

    private static InlaidException named(String name, InlaidException failure) {
        InlaidException named = InlaidException.of(failure.code(), "model \"" + name + "\": " + failure.getMessage());
        named.initCause(failure);
        return named;
    }

    /** Collects what an {@link Inlaid} sets up. */
    public static final class Builder {
        private int threads;
        private long seed;
        private final Map<String, Path> models = new LinkedHashMap<>();

        private Builder() {}

        /**
         * Sets how many threads a call may use.
         *
         * @param threads at least 1, or 0 for one per processor, which is the default
         * @return this
         * @throws InvalidConfigException if negative
         */
        public Builder threads(int threads) {
            Context.builder().threads(threads);
            this.threads = threads;
            return this;
        }

        /**
         * Sets the seed of {@link Inlaid#context()}.
         *
         * @param seed any 64 bits; default 0
         * @return this
         */
        public Builder seed(long seed) {
            this.seed = seed;
            return this;
        }

        /**
         * Adds a model.
         *
         * @param name the name to ask for it by
         * @param path the file that {@code save} wrote
         * @return this
         * @throws InvalidConfigException if either is null
         */
        public Builder model(String name, Path path) {
            if (name == null || path == null) {
                throw new InvalidConfigException("a model needs a name and a path, got " + name + " and " + path);
            }
            models.put(name, path);
            return this;
        }

        /**
         * Adds models.
         *
         * @param models paths by name
         * @return this
         * @throws InvalidConfigException if one of them is null
         */
        public Builder models(Map<String, Path> models) {
            models.forEach(this::model);
            return this;
        }

        /**
         * Loads the models.
         *
         * @return the set-up; close it when the application ends
         * @throws ModelNotFoundException if a file does not exist
         * @throws IoException if a file cannot be read
         * @throws IncompatibleException if a file is not a model that this version can load
         */
        public Inlaid build() {
            return new Inlaid(this);
        }
    }
}
