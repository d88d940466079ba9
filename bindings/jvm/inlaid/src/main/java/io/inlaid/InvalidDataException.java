package io.inlaid;

import java.io.Serial;

/** Data of the wrong shape, with NaN where that is refused, or bytes that are not what they should be. Its code is {@code invalid_data}. */
public class InvalidDataException extends InlaidException {
    @Serial
    private static final long serialVersionUID = 1L;

    /**
     * Makes the exception.
     *
     * @param message what was wrong, the value seen and what is allowed
     */
    public InvalidDataException(String message) {
        super("invalid_data", message);
    }
}
