package io.inlaid;

import java.io.Serial;

/** Not compiled in, or not available on this platform. Its code is {@code unsupported}. */
public class UnsupportedException extends InlaidException {
    @Serial
    private static final long serialVersionUID = 1L;

    /**
     * Makes the exception.
     *
     * @param message what was wrong, the value seen and what is allowed
     */
    public UnsupportedException(String message) {
        super("unsupported", message);
    }
}
