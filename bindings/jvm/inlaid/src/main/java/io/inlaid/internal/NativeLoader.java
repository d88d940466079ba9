package io.inlaid.internal;

import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

import io.inlaid.IncompatibleException;
import io.inlaid.UnsupportedException;

/**
 * Finds and loads the native library: {@code -Dinlaid.library=FILE} if set, else {@code /native/<classifier>/} on the class
 * path, unpacked once to a path named after its content; and if neither loads, says what was tried.
 */
final class NativeLoader {
    private static final String LIBRARY = "inlaid.library";

    private NativeLoader() {}

    static void load() {
        String file = System.getProperty(LIBRARY);
        if (file != null && !file.isEmpty()) {
            loadFile(Path.of(file));
        } else {
            loadResource(Platform.current());
        }
        int abi = Native.abi();
        if (abi != Abi.NUMBER) {
            throw new IncompatibleException("the native library has ABI " + abi + ", the classes of inlaid " + Abi.VERSION
                    + " need ABI " + Abi.NUMBER + "; use the classifier jar of the same version");
        }
    }

    private static void loadFile(Path file) {
        try {
            System.load(file.toAbsolutePath().toString());
        } catch (UnsatisfiedLinkError error) {
            throw new UnsupportedException(
                    "cannot load the library that -D" + LIBRARY + "=" + file + " names: " + error.getMessage());
        }
    }

    private static void loadResource(Platform platform) {
        List<String> tried = new ArrayList<>();
        tried.add("-D" + LIBRARY + ": not set");
        URL resource = find(platform.resource());
        if (resource == null) {
            tried.add("/" + platform.resource() + " on the class path: not found");
        } else {
            tried.add(resource + ": found");
            if (unpackAndLoad(platform, resource, tried)) {
                return;
            }
        }
        throw new UnsupportedException(sentence(platform, tried));
    }

    private static boolean unpackAndLoad(Platform platform, URL resource, List<String> tried) {
        try {
            UnpackedLibrary library = new UnpackedLibrary(platform.library(), resource, recordedHash(resource));
            Path shared = library.shared(tried);
            if (shared != null && loads(shared, tried)) {
                return true;
            }
            // A folder that others may write to, or a class loader of this JVM that already holds the file: a copy of our own.
            return loads(library.own(), tried);
        } catch (IOException error) {
            tried.add("unpacking: " + error);
            return false;
        }
    }

    private static boolean loads(Path file, List<String> tried) {
        try {
            System.load(file.toString());
            return true;
        } catch (UnsatisfiedLinkError error) {
            tried.add(file + ": " + error.getMessage());
            return false;
        }
    }

    private static URL find(String resource) {
        ClassLoader own = NativeLoader.class.getClassLoader();
        URL found = own == null ? null : own.getResource(resource);
        ClassLoader ofThread = Thread.currentThread().getContextClassLoader();
        return found == null && ofThread != null ? ofThread.getResource(resource) : found;
    }

    /** The hash that the packager wrote beside the library, so that a start need not read it out of the jar; or null. */
    private static String recordedHash(URL resource) {
        try (InputStream in = new URL(resource + ".sha256").openStream()) {
            String hash = new String(in.readNBytes(64), StandardCharsets.US_ASCII);
            return hash.matches("[0-9a-f]{64}") ? hash : null;
        } catch (IOException missing) {
            return null;
        }
    }

    private static String sentence(Platform platform, List<String> tried) {
        String classifier = platform.classifier();
        StringBuilder text = new StringBuilder("cannot load inlaid's native library for ").append(classifier).append('.');
        if (classifier.endsWith("-musl")) {
            text.append(" This JVM runs on musl libc (Alpine), for which there may be no jar: use a glibc image.");
        }
        text.append(" Add the dependency io.inlaid:inlaid:").append(Abi.VERSION).append(":jar:").append(classifier)
                .append(" (<classifier>").append(classifier).append("</classifier>, scope runtime), or set -D").append(LIBRARY)
                .append("=FILE. If the temporary folder is mounted noexec, set -D").append(UnpackedLibrary.FOLDER)
                .append("=FOLDER. Tried:");
        tried.forEach(line -> text.append("\n  ").append(line));
        return text.toString();
    }
}
