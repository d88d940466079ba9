package io.inlaid.internal;

import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;

/**
 * A library copied out of its jar.
 *
 * <p>The shared copy stands in {@code <folder>/inlaid-<user>/<hash>/}. It is used only if that folder belongs to this user
 * and nobody else may write to it, and only if the file's content has the hash: so neither a half-written file nor one that
 * somebody put there is ever loaded. It is written under another name and moved into place, so that processes that start
 * together do not meet a part of it.
 */
final class UnpackedLibrary {
    /** The system property with the folder to use instead of the temporary one. */
    static final String FOLDER = "inlaid.tmpdir";

    private final String name;
    private final URL resource;
    private final String hash;

    UnpackedLibrary(String name, URL resource, String recordedHash) throws IOException {
        this.name = name;
        this.resource = resource;
        this.hash = recordedHash != null ? recordedHash : hash(resource.openStream());
    }

    /** The shared copy, made or verified; null if its folder cannot be trusted. */
    Path shared(List<String> tried) throws IOException {
        Path folder = base().resolve("inlaid-" + System.getProperty("user.name", "user").replaceAll("\\W", "_"));
        if (!isOurs(createPrivate(folder))) {
            tried.add(folder + ": belongs to somebody else or others may write to it");
            return null;
        }
        Path place = createPrivate(folder.resolve(hash));
        if (!isOurs(place)) {
            tried.add(place + ": belongs to somebody else or others may write to it");
            return null;
        }
        Path library = place.resolve(name);
        if (!holdsContent(library)) {
            Path part = Files.createTempFile(place, "part", null);
            try {
                copyTo(part);
                move(part, library);
            } finally {
                Files.deleteIfExists(part);
            }
        }
        return library;
    }

    /** A copy for this JVM alone, deleted when it ends. */
    Path own() throws IOException {
        Path folder = Files.createTempDirectory(base(), "inlaid");
        Path library = folder.resolve(name);
        copyTo(library);
        folder.toFile().deleteOnExit(); // deleted last: files registered later go first
        library.toFile().deleteOnExit();
        return library;
    }

    private static Path base() throws IOException {
        String chosen = System.getProperty(FOLDER);
        if (chosen == null || chosen.isEmpty()) {
            return Path.of(System.getProperty("java.io.tmpdir")).toAbsolutePath();
        }
        return Files.createDirectories(Path.of(chosen).toAbsolutePath());
    }

    private static Path createPrivate(Path folder) throws IOException {
        try {
            return Files.createDirectory(folder, onlyOwner(folder));
        } catch (FileAlreadyExistsException there) {
            return folder;
        }
    }

    private static FileAttribute<?>[] onlyOwner(Path folder) {
        if (!isPosix(folder)) {
            return new FileAttribute<?>[0]; // Windows: the temporary folder itself belongs to the user
        }
        return new FileAttribute<?>[] {
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"))
        };
    }

    private static boolean isPosix(Path path) {
        return path.getFileSystem().supportedFileAttributeViews().contains("posix");
    }

    /** Whether the folder is a real one, is ours, and only we may write to it. */
    private static boolean isOurs(Path folder) throws IOException {
        if (!Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)) {
            return false;
        }
        if (!isPosix(folder)) {
            return true;
        }
        Set<PosixFilePermission> may = Files.getPosixFilePermissions(folder, LinkOption.NOFOLLOW_LINKS);
        if (may.contains(PosixFilePermission.GROUP_WRITE) || may.contains(PosixFilePermission.OTHERS_WRITE)
                || !may.contains(PosixFilePermission.OWNER_WRITE) || !Files.isWritable(folder)) {
            return false;
        }
        Path probe = Files.createTempFile(folder, "owner", null);
        try {
            return Files.getOwner(folder, LinkOption.NOFOLLOW_LINKS).equals(Files.getOwner(probe));
        } finally {
            Files.delete(probe);
        }
    }

    private boolean holdsContent(Path library) throws IOException {
        return Files.isRegularFile(library, LinkOption.NOFOLLOW_LINKS) && hash.equals(hash(Files.newInputStream(library)));
    }

    private void copyTo(Path target) throws IOException {
        try (InputStream in = resource.openStream()) {
            Files.copy(in, target, StandardCopyOption.REPLACE_EXISTING);
        }
        if (!holdsContent(target)) {
            throw new IOException(resource + " does not have the content that its .sha256 says");
        }
    }

    private void move(Path part, Path library) throws IOException {
        try {
            Files.move(part, library, StandardCopyOption.ATOMIC_MOVE);
        } catch (AtomicMoveNotSupportedException unsupported) {
            Files.move(part, library, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException inUse) {
            // Windows keeps a loaded library in its place; another process has then just put the same content there.
            if (!holdsContent(library)) {
                throw inUse;
            }
        }
    }

    private static String hash(InputStream content) throws IOException {
        try (content) {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            byte[] buffer = new byte[1 << 16];
            for (int length = content.read(buffer); length >= 0; length = content.read(buffer)) {
                digest.update(buffer, 0, length);
            }
            return HexFormat.of().formatHex(digest.digest());
        } catch (NoSuchAlgorithmException impossible) {
            throw new IOException("this JVM has no SHA-256, which every JVM must have", impossible);
        }
    }
}
