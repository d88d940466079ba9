package io.inlaid.internal;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.stream.Stream;

import io.inlaid.UnsupportedException;

/**
 * The platform as the classifier jars name it.
 *
 * @param classifier the end of the jar's name, such as {@code linux-x86_64}
 * @param library the file name of the library in it
 */
record Platform(String classifier, String library) {
    /** The platform of this JVM. */
    static Platform current() {
        String runtime = System.getProperty("java.runtime.name", "") + " " + System.getProperty("java.vm.vendor", "");
        return of(System.getProperty("os.name", ""), System.getProperty("os.arch", ""), runtime, usesMusl());
    }

    /** The platform that system properties describe. */
    static Platform of(String system, String processor, String runtime, boolean musl) {
        if (runtime.contains("Android")) {
            throw new UnsupportedException("inlaid for Java does not run on Android; it needs a desktop or server JVM");
        }
        String cpu = switch (processor.toLowerCase(Locale.ROOT)) {
            case "amd64", "x86_64", "x86-64" -> "x86_64";
            case "aarch64", "arm64" -> "aarch64";
            default -> throw new UnsupportedException(
                    "inlaid has no library for the processor `" + processor + "`, only for x86_64 and aarch64");
        };
        String name = system.toLowerCase(Locale.ROOT);
        if (name.startsWith("linux")) {
            return new Platform("linux-" + cpu + (musl ? "-musl" : ""), "libinlaid_jvm.so");
        }
        if (name.startsWith("mac") || name.startsWith("darwin")) {
            return new Platform("macos-" + cpu, "libinlaid_jvm.dylib");
        }
        if (name.startsWith("windows")) {
            return new Platform("windows-" + cpu, "inlaid_jvm.dll");
        }
        throw new UnsupportedException(
                "inlaid has no library for the system `" + system + "`, only for Linux, macOS and Windows");
    }

    /** Where the library stands on the class path. */
    String resource() {
        return "native/" + classifier + "/" + library;
    }

    /** Whether this process runs on musl, such as Alpine's: its loader is then mapped into it. */
    private static boolean usesMusl() {
        Path maps = Path.of("/proc/self/maps");
        if (!Files.isReadable(maps)) {
            return false;
        }
        try (Stream<String> lines = Files.lines(maps, StandardCharsets.ISO_8859_1)) {
            return lines.anyMatch(line -> line.contains("/ld-musl-"));
        } catch (IOException | UncheckedIOException unreadable) {
            return false;
        }
    }
}
