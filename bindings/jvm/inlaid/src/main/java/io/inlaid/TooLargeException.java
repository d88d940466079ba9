package io.inlaid;

import java.io.Serial;

/** Over a stated limit; found before anything was allocated. Its code is {@code too_large}. */
public class TooLargeException extends InlaidException {
    @Serial
    private static final long serialVersionUID = 1L;

    /**
     * Makes the exception.
     *
     * @param message what was wrong, the value seen and what is allowed
     */
    public TooLargeException(String message) {
        super("too_large", message);
    }
}
