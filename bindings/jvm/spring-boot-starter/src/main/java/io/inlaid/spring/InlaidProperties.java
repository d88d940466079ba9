package io.inlaid.spring;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * The properties below {@code inlaid}.
 *
 * @param threads how many threads a call may use; 0 for one per processor
 * @param seed the seed of everything random in calls
 * @param models saved models by name
 */
@ConfigurationProperties("inlaid")
public record InlaidProperties(@DefaultValue("0") int threads, @DefaultValue("0") long seed,
        @DefaultValue Map<String, Model> models) {
    /**
     * A saved model.
     *
     * @param path the file that {@code save} wrote
     */
    public record Model(Path path) {}

    /** The files by the names of their models. */
    Map<String, Path> paths() {
        Map<String, Path> paths = new LinkedHashMap<>();
        models.forEach((name, model) -> paths.put(name, model.path()));
        return paths;
    }
}
