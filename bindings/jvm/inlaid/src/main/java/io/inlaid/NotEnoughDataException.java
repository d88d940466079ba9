package io.inlaid;

import java.io.Serial;

/** Too few rows or points. Its code is {@code not_enough_data}. */
public class NotEnoughDataException extends InlaidException {
    @Serial
    private static final long serialVersionUID = 1L;

    /**
     * Makes the exception.
     *
     * @param message what was wrong, the value seen and what is allowed
     */
    public NotEnoughDataException(String message) {
        super("not_enough_data", message);
    }
}
