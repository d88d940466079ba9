package io.inlaid;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/**
 * A JVM of its own.
 *
 * @param status its exit status
 * @param output what it printed, errors included
 */
record Child(int status, String output) {
    /** Starts {@link Exercise} with the same Java and, unless told otherwise, the native library on the class path. */
    static Process start(boolean natives, List<String> flags, String exercise) throws IOException {
        String path = Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
                .filter(entry -> natives || !Files.isDirectory(Path.of(entry, "native")))
                .collect(Collectors.joining(File.pathSeparator));
        List<String> words = new ArrayList<>();
        words.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        words.addAll(flags);
        if (Runtime.version().feature() >= 22) {
            words.add("--enable-native-access=ALL-UNNAMED");
        }
        words.addAll(List.of("-cp", path, Exercise.class.getName(), exercise));
        return new ProcessBuilder(words).redirectErrorStream(true).start();
    }

    static Child finish(Process process) throws IOException, InterruptedException {
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (!process.waitFor(120, TimeUnit.SECONDS)) {
            process.destroyForcibly();
        }
        return new Child(process.waitFor(), output);
    }

    static Child run(boolean natives, List<String> flags, String exercise) throws IOException, InterruptedException {
        return finish(start(natives, flags, exercise));
    }
}
