package io.inlaid;

import java.io.Serial;

/** A file could not be read or written. Its code is {@code io}. */
public class IoException extends InlaidException {
    @Serial
    private static final long serialVersionUID = 1L;

    /**
     * Makes the exception.
     *
     * @param message what was wrong, the value seen and what is allowed
     */
    public IoException(String message) {
        super("io", message);
    }
}
